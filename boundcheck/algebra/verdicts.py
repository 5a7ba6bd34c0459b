"""Verdicts: proved with a certificate, refuted with a witness, or undecided with the reason."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

Status = Literal["proved", "refuted", "undecided"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What the checker found about a claim.

    ``certificate`` is accepted by ``replay``; ``counterexample`` gives every variable an exact value as text;
    ``reason`` says why a claim stays undecided.
    """

    id: str
    status: Status
    method: str = ""
    certificate: dict[str, Any] | None = None
    counterexample: dict[str, str] | None = None
    seconds: float = 0.0
    reason: str = ""

    def __bool__(self) -> bool:
        message = "a verdict is no truth value (undecided is neither); compare its status, as in v.status == 'proved'"
        raise TypeError(message)

    def to_json(self) -> dict[str, Any]:
        """Return the public fields."""
        names = ("id", "status", "method", "certificate", "counterexample", "seconds", "reason")
        return {name: getattr(self, name) for name in names}

    def __str__(self) -> str:
        tail = f" ({self.reason})" if self.reason else ""
        return f"{self.id}: {self.status}{' by ' + self.method if self.method else ''}{tail}"

    def _repr_html_(self) -> str:
        from html import escape

        point = ", ".join(f"{name} = {value}" for name, value in (self.counterexample or {}).items())
        how = f"by {self.method}" if self.method else ""
        parts = [f"<code>{escape(self.id)}</code> <b>{self.status}</b>", escape(how), escape(self.reason)]
        return " ".join(part for part in parts if part) + (f": false at <code>{escape(point)}</code>" if point else "")
