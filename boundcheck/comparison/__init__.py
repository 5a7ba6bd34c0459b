"""Theory beside measurement: four verdicts a statement, never merged; slack, tightness, vacuity.

Knows no paper: any ``Statement`` goes through it.
"""

from boundcheck.comparison.compare import combinations as combinations
from boundcheck.comparison.compare import compare as compare
from boundcheck.comparison.compare import evaluate_all as evaluate_all
from boundcheck.comparison.compare import judge as judge
from boundcheck.comparison.compare import tightest as tightest
from boundcheck.comparison.dependence import dependents as dependents
from boundcheck.comparison.dependence import propagate as propagate
from boundcheck.comparison.hypotheses import Fact as Fact
from boundcheck.comparison.hypotheses import decide_hypotheses as decide_hypotheses
from boundcheck.comparison.hypotheses import decide_relation as decide_relation
from boundcheck.comparison.verdicts import AlgebraResult as AlgebraResult
from boundcheck.comparison.verdicts import Comparison as Comparison
from boundcheck.comparison.verdicts import EmpiricalResult as EmpiricalResult
from boundcheck.comparison.verdicts import HypothesesResult as HypothesesResult
from boundcheck.comparison.verdicts import HypothesisResult as HypothesisResult
from boundcheck.comparison.verdicts import MeasuredValue as MeasuredValue
from boundcheck.comparison.verdicts import NumericResult as NumericResult
from boundcheck.comparison.verdicts import StepResult as StepResult
