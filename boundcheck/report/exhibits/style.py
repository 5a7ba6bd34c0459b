"""One style for every plot: bounds are lines, measurements are markers; told apart without colour.

Colours come from a colour-blind safe palette; in the page they are variables: light and dark both have contrast.
A measured lower estimate of a supremum is drawn as an upward triangle: the truth lies there or above.
"""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import product
from typing import Any

INK, FAINT = "#1b2a38", "#8a949e"
SERIES = ("#0b62a4", "#b8420b", "#0a7a5a", "#7a4fb0")
DASHES: Mapping[str, Any] = {
    "paper": (0, ()),
    "recursive": (0, (6, 2)),
    "coupled": (0, (4, 2, 1, 2)),
    "directional": (0, (1.5, 1.5)),
}
VARIABLES = {INK: "currentColor", FAINT: "var(--faint)", **{c: f"var(--series-{k})" for k, c in enumerate(SERIES)}}
_SETTINGS = {
    "svg.fonttype": "none",
    "font.family": "sans-serif",
    "font.sans-serif": ["system-ui", "Helvetica", "Arial", "DejaVu Sans"],
    "mathtext.fontset": "dejavusans",
    "font.size": 10,
    "axes.titlesize": 11,
    "axes.edgecolor": INK,
    "axes.labelcolor": INK,
    "axes.titlecolor": INK,
    "text.color": INK,
    "xtick.color": INK,
    "ytick.color": INK,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "grid.color": FAINT,
    "grid.alpha": 0.3,
    "grid.linewidth": 0.6,
    "lines.linewidth": 1.6,
    "lines.markersize": 5,
    "legend.frameon": False,
    "legend.fontsize": 8.5,
    "figure.constrained_layout.use": True,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """A drawn figure: SVG text, what it shows, its text for those who cannot see it, and the numbers behind it.

    of_card: whether it belongs into its statement's card and not among the figures of the whole report.
    """

    name: str
    title: str
    caption: str
    alt: str
    svg: str
    statements: tuple[str, ...] = ()
    series: Mapping[str, Any] = field(default_factory=dict)
    of_card: bool = False

    @property
    def file(self) -> str:
        """Path below the report's folder."""
        return f"figures/{self.name}.svg"

    @property
    def standalone(self) -> str:
        """Return SVG for a file: on a white ground, so that it can be read anywhere."""
        return re.sub(r"(<svg [^>]*>)", r'\1<rect width="100%" height="100%" fill="#ffffff"/>', self.svg, count=1)

    @property
    def inline(self) -> str:
        """Return SVG for the page: colours as variables, ids of its own, named for screen readers."""
        import html

        text = self.svg[self.svg.index("<svg ") :]
        for colour, variable in VARIABLES.items():
            text = text.replace(colour, variable)
        text = re.sub(r'\bid="([^"]+)"', rf'id="{self.name}-\1"', text)
        text = re.sub(r"url\(#([^)]+)\)", rf"url(#{self.name}-\1)", text)
        text = re.sub(r'(xlink:)?href="#([^"]+)"', rf'href="#{self.name}-\2"', text)
        label = html.escape(self.alt, quote=True)
        return re.sub(
            r"<svg [^>]*?(viewBox=\"[^\"]*\")[^>]*>", rf'<svg \1 role="img" aria-label="{label}">', text, count=1
        )

    def record(self) -> dict[str, Any]:
        """Return the entry in report.json: with the numbers that were drawn."""
        return {
            "name": self.name,
            "title": self.title,
            "caption": self.caption,
            "alt": self.alt,
            "file": self.file,
            "statements": list(self.statements),
            "series": dict(self.series),
        }


@contextmanager
def canvas(
    columns: int = 1, *, width: float = 7.2, height: float = 3.6
) -> Iterator[tuple[Any, Any, Callable[[], str]]]:
    """Yield (figure, axes, finish); finish returns the SVG. Settings last inside the block only."""
    import matplotlib as mpl
    from matplotlib.backends.backend_svg import FigureCanvasSVG
    from matplotlib.figure import Figure as Canvas

    with mpl.rc_context({**_SETTINGS, "svg.hashsalt": "boundcheck"}):
        figure = Canvas(figsize=(width, height))
        FigureCanvasSVG(figure)
        axes = figure.subplots(1, columns, squeeze=False)[0]

        def finish() -> str:
            buffer = io.StringIO()
            figure.savefig(buffer, format="svg", transparent=True, metadata={"Date": None, "Creator": None})
            text = buffer.getvalue()
            return re.sub(r"<metadata>.*?</metadata>\s*", "", text[text.index("<svg ") :], flags=re.DOTALL)

        yield figure, axes, finish


def below(figure: Any) -> None:
    """Put the legend under the plot, where it hides nothing; one entry per label."""
    entries = dict(zip(*reversed(figure.axes[0].get_legend_handles_labels()), strict=True))
    figure.legend(entries.values(), entries, loc="outside lower center", ncols=min(3, len(entries)))


def bound_line(axis: Any, x: Any, y: Any, *, tier: str, colour: int = 0, label: str | None = None) -> None:
    """Draw a bound: a line whose dashes name the tier."""
    axis.plot(x, y, color=SERIES[colour], linestyle=DASHES.get(tier, DASHES["paper"]), label=label)


def lower_estimates(axis: Any, x: Any, y: Any, *, colour: int = 1, label: str | None = None) -> None:
    """Draw measured lower estimates of a supremum: upward triangles without a line."""
    axis.plot(x, y, color=SERIES[colour], linestyle="none", marker="^", label=label)


def rounded(values: Any) -> list[float]:
    """Return numbers as they are stored beside a figure: 8 significant digits."""
    return [float(f"{float(value):.8g}") for value in values]


def measured_series(item: Any, name: str) -> Any:
    """Return the first measured series of a comparison that has a column of this name, or None."""
    if item is None:
        return None
    return next((entry.series for entry in item.measured if entry.series and name in entry.series), None)


def has_bounds(item: Any, quantities: Iterable[str], tiers: Iterable[str]) -> bool:
    """Tell whether a statement has certified values of all of these (an activation may lack their constants)."""
    there = {(entry.quantity, entry.tier) for entry in item.numeric if entry.enclosure is not None}
    return there >= set(product(quantities, tiers))
