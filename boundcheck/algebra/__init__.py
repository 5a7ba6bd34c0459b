"""Whether the algebra holds: claims, tactics, verdicts, certificates, and the small checker that needs none of these.

Names are loaded on first use, so that the small checker runs without the tactics and without SymPy.
"""

from importlib import import_module
from typing import Any

_PUBLIC = {
    "prove": "prover",
    "check": "prover",
    "mutate": "mutation",
    "Mutation": "mutation",
    "compare": "paper_constant",
    "Compared": "paper_constant",
    "Verdict": "verdicts",
    "Replay": "replay",
}
__all__ = [*_PUBLIC, "replay"]


def __getattr__(name: str) -> Any:
    if name in _PUBLIC:
        return getattr(import_module(f"boundcheck.algebra.{_PUBLIC[name]}"), name)
    message = f"module 'boundcheck.algebra' has no attribute {name!r}"
    raise AttributeError(message)


def replay(certificate: Any) -> Any:
    """Re-check a certificate with the small checker; see ``boundcheck.algebra.replay``."""
    return import_module("boundcheck.algebra.replay").replay(certificate)
