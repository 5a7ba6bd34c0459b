"""The report: ``boundcheck.report(config)`` builds one, ``write`` puts it into a folder. Calling this module builds.

Knows no paper beyond its exhibits: a user's own statements go through the same door.
"""

import sys
from types import ModuleType
from typing import Any

from boundcheck.report.build import Report as Report
from boundcheck.report.build import build as build
from boundcheck.report.write import write as write


class _CallableModule(ModuleType):
    """A module that builds a report when it is called: ``bc.report(config)``."""

    def __call__(self, config: Any = None, **options: Any) -> Report:
        """Build the report of a Configuration, preset name, TOML file or mapping; see ``build``."""
        return build(config, **options)


sys.modules[__name__].__class__ = _CallableModule
report = sys.modules[__name__]
