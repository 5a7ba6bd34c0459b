"""Rigorous numbers: enclosures with exact ends, expressions compiled to Arb, certified suprema. Knows no paper."""

from boundcheck.enclosure.balls import compile_arb as compile_arb
from boundcheck.enclosure.errors import EffortError as EffortError
from boundcheck.enclosure.errors import SingularError as SingularError
from boundcheck.enclosure.errors import UnboundedError as UnboundedError
from boundcheck.enclosure.objective import Objective as Objective
from boundcheck.enclosure.precision import PrecisionError as PrecisionError
from boundcheck.enclosure.precision import certify as certify
from boundcheck.enclosure.precision import precision as precision
from boundcheck.enclosure.supremum import CertifiedSupremum as CertifiedSupremum
from boundcheck.enclosure.supremum import certified_supremum as certified_supremum
from boundcheck.enclosure.value import Enclosure as Enclosure
