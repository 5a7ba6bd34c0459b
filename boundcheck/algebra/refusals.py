"""How the small checker refuses: an exception for each kind of reason, every one a ``Refusal``."""

from __future__ import annotations

from typing import NoReturn


class Refusal(Exception):  # noqa: N818 - a verdict, not an error of the program
    """A text, a term, a step or a certificate is not accepted; the message says why."""


class TermError(Refusal, ValueError):
    """The text is no term or relation of the language of claims."""


class TooLarge(Refusal):
    """An expression grew beyond the limits of exact arithmetic."""


class UndefinedTerm(Refusal):
    """A term has no value for any values of its variables, such as 1/0 or sqrt(-1)."""


class NotDefined(Refusal):
    """A term is not known to have a value; the message is a condition that would give it one.

    Where there are several such, ``options`` holds them as relations.
    """

    def __init__(self, message: str, *options: object) -> None:
        super().__init__(message)
        self.options = options


class NoValue(Refusal):
    """A term cannot be enclosed on a ball (a pole, a root of a negative, an index that is no integer)."""


class NotCovered(Refusal):
    """A piece of a box is not decided."""


class Rejected(Refusal):
    """A step does not follow; the message says which and why."""


def refuse(kind: type[Refusal], message: str) -> NoReturn:
    """Refuse for a kind of reason."""
    raise kind(message)


def require(condition: object, message: str, kind: type[Refusal] = Rejected) -> None:
    """Refuse unless the condition holds."""
    if not condition:
        raise kind(message)
