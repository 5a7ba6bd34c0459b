"""Whether the algebra holds: claims, tactics, verdicts, certificates, and the small checker that needs none of these.

All but the small checker is loaded on first use, so that it runs without the tactics and without SymPy.
"""

from importlib import import_module
from typing import Any

from boundcheck.algebra.checker import Replay as Replay
from boundcheck.algebra.checker import replay as replay

_PUBLIC = {
    "prove": "prover",
    "check": "prover",
    "check_all": "parallel",
    "mutate": "mutation",
    "Mutation": "mutation",
    "compare": "paper_constant",
    "Compared": "paper_constant",
    "Verdict": "verdicts",
}
__all__ = [*_PUBLIC, "Replay", "replay"]


def __getattr__(name: str) -> Any:
    if name in _PUBLIC:
        return getattr(import_module(f"boundcheck.algebra.{_PUBLIC[name]}"), name)
    message = f"module 'boundcheck.algebra' has no attribute {name!r}"
    raise AttributeError(message)


def __dir__() -> list[str]:
    return sorted(__all__)
