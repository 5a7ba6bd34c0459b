"""boundcheck: a symbolic-plus-numeric verifier of theoretical bounds."""

from importlib import import_module
from typing import Any

__version__ = "0.1.0"

# Public name -> the module that holds it; loaded on first use, so that `import boundcheck` costs nothing.
_PUBLIC = {
    "statements": "theory",
    "statement": "theory",
    "Statement": "language",
    "Quantity": "language",
    "Claim": "language",
    "Step": "language",
    "activation": "activations",
    "Activation": "activations",
    "Enclosure": "enclosure",
    "evaluate": "evaluation",
    "plan": "evaluation",
    "rates": "evaluation",
    "prove": "algebra",
    "check": "algebra",
    "replay": "algebra",
    "report": "report",
    "certify": "certificates",
}
_MODULES = ("network", "measurement", "theory", "algebra", "evaluation", "enclosure", "notation", "language")
__all__ = ["__version__", *_PUBLIC, *(name for name in _MODULES if name not in _PUBLIC)]


def __getattr__(name: str) -> Any:
    if name in _PUBLIC:
        return getattr(import_module(f"boundcheck.{_PUBLIC[name]}"), name)
    if name in _MODULES:
        return import_module(f"boundcheck.{name}")
    message = f"module 'boundcheck' has no attribute {name!r}"
    raise AttributeError(message)


def __dir__() -> list[str]:
    return sorted(__all__)
