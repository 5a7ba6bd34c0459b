"""How much work each preset spends."""

from __future__ import annotations

from dataclasses import dataclass

from boundcheck.configuration import TARGET_POINTS


@dataclass(frozen=True, slots=True, kw_only=True)
class Effort:
    """Starts and iterations of a search, independent seeds of a coverage run, widths of a slope, quadrature points.

    trained_runs: seeds for which a network is trained; 36 without a failure show a frequency below 0.1 with 95 %.
    """

    starts: int
    iterations: int
    runs: int
    widths: tuple[int, ...]
    points: int
    trained_runs: int


EFFORTS = {
    "quick": Effort(
        starts=64,
        iterations=24,
        runs=100,
        widths=(64, 256, 1024, 4096, 16384, 65536),
        points=TARGET_POINTS["quick"],
        trained_runs=36,
    ),
    "paper": Effort(
        starts=256,
        iterations=60,
        runs=400,
        widths=tuple(2**k for k in range(6, 17)),
        points=TARGET_POINTS["paper"],
        trained_runs=40,
    ),
    "full": Effort(
        starts=512,
        iterations=100,
        runs=2000,
        widths=tuple(2**k for k in range(6, 17)),
        points=TARGET_POINTS["full"],
        trained_runs=200,
    ),
}


def effort(preset: str) -> Effort:
    """Look the effort of a preset up; ValueError naming the presets."""
    if preset not in EFFORTS:
        message = f"preset must be one of {', '.join(EFFORTS)}; got {preset!r}"
        raise ValueError(message)
    return EFFORTS[preset]
