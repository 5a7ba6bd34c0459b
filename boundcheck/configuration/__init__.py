"""One configuration: what a run verifies, at which exact parameters, on which data, with how much effort.

The TOML schema is the fields of the sections: the symbols of ``--set`` at the top level, then ``[data]``, ``[network]``
and ``[run]``. Decimals are read as the decimal that is written (0.1 is 1/10), never as a binary float.
"""

from boundcheck.configuration.exact import INTEGERS as INTEGERS
from boundcheck.configuration.exact import RATIONALS as RATIONALS
from boundcheck.configuration.exact import SYMBOLS as SYMBOLS
from boundcheck.configuration.exact import check_domain as check_domain
from boundcheck.configuration.exact import exact_integer as exact_integer
from boundcheck.configuration.exact import exact_number as exact_number
from boundcheck.configuration.exact import parse_values as parse_values
from boundcheck.configuration.reading import PRESETS as PRESETS
from boundcheck.configuration.reading import from_mapping as from_mapping
from boundcheck.configuration.reading import load as load
from boundcheck.configuration.reading import preset as preset
from boundcheck.configuration.reading import read_toml as read_toml
from boundcheck.configuration.reading import resolve as resolve
from boundcheck.configuration.sections import TARGET_POINTS as TARGET_POINTS
from boundcheck.configuration.sections import Configuration as Configuration
from boundcheck.configuration.sections import Data as Data
from boundcheck.configuration.sections import Network as Network
from boundcheck.configuration.sections import Parameters as Parameters
from boundcheck.configuration.sections import Run as Run
