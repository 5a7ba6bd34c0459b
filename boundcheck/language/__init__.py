"""The language of claims: nouns (claims, steps, quantities, statements) and the whitelist parser of user text."""

from boundcheck.language.claims import Claim as Claim
from boundcheck.language.claims import Hypothesis as Hypothesis
from boundcheck.language.claims import IsInteger as IsInteger
from boundcheck.language.claims import Relation as Relation
from boundcheck.language.claims import domain_hypotheses as domain_hypotheses
from boundcheck.language.parsing import LanguageError as LanguageError
from boundcheck.language.parsing import parse_claim as parse_claim
from boundcheck.language.parsing import parse_expression as parse_expression
from boundcheck.language.parsing import parse_hypothesis as parse_hypothesis
from boundcheck.language.parsing import parse_relation as parse_relation
from boundcheck.language.statements import KNOWN_SYMBOLS as KNOWN_SYMBOLS
from boundcheck.language.statements import TIERS as TIERS
from boundcheck.language.statements import VARIANTS as VARIANTS
from boundcheck.language.statements import Condition as Condition
from boundcheck.language.statements import Form as Form
from boundcheck.language.statements import Quantity as Quantity
from boundcheck.language.statements import Recurrence as Recurrence
from boundcheck.language.statements import Reference as Reference
from boundcheck.language.statements import Source as Source
from boundcheck.language.statements import Statement as Statement
from boundcheck.language.statements import Step as Step
from boundcheck.language.statements import Supremum as Supremum
from boundcheck.language.text import to_text as to_text
