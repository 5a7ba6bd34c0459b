"""Rigorous numbers: enclosures with exact ends, expressions compiled to Arb, certified suprema. Knows no paper."""

from boundcheck.enclosure.balls import compile_arb as compile_arb
from boundcheck.enclosure.precision import PrecisionError as PrecisionError
from boundcheck.enclosure.precision import certify as certify
from boundcheck.enclosure.precision import precision as precision
from boundcheck.enclosure.value import Enclosure as Enclosure
