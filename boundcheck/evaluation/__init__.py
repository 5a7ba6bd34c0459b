"""From a quantity to a number: enclosures, doubles, multiprecision; the planner; rates."""

from boundcheck.evaluation.hypotheses import check_hypotheses as check_hypotheses
from boundcheck.evaluation.inverse import Reach as Reach
from boundcheck.evaluation.inverse import best as best
from boundcheck.evaluation.multiprecision import evaluate_mpmath as evaluate_mpmath
from boundcheck.evaluation.planner import Plan as Plan
from boundcheck.evaluation.planner import plan as plan
from boundcheck.evaluation.quick import double_beside_enclosure as double_beside_enclosure
from boundcheck.evaluation.quick import evaluate_along as evaluate_along
from boundcheck.evaluation.quick import evaluate_double as evaluate_double
from boundcheck.evaluation.rates import leading as leading
from boundcheck.evaluation.rates import rates as rates
from boundcheck.evaluation.rigorous import Evaluation as Evaluation
from boundcheck.evaluation.rigorous import evaluate as evaluate
from boundcheck.evaluation.rigorous import evaluation as evaluation
from boundcheck.evaluation.vacuity import Informative as Informative
from boundcheck.evaluation.vacuity import informative_at as informative_at
