"""The dependency graph as a picture: what rests on what, layer by layer; a failure shows all the way down."""

from __future__ import annotations

import html
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

WIDTH, HEIGHT = 150, 34
GAP, LEVEL = 10, 74
MOST_IN_ROW = 7


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """A placed statement; state is ``failed``, ``flagged``, ``undecided`` or ``sound``."""

    id: str
    state: str
    x: float
    y: float
    needs: tuple[str, ...]


def depths(depends_on: Mapping[str, Sequence[str]]) -> dict[str, int]:
    """Return the longest way from each statement up to one that rests on nothing; names outside are left out."""
    found: dict[str, int] = {}

    def depth(name: str) -> int:
        if name not in found:
            found[name] = 1 + max((depth(need) for need in depends_on[name] if need in depends_on), default=-1)
        return found[name]

    for name in depends_on:
        depth(name)
    return found


def state(record: Mapping[str, Any]) -> str:
    """Name how a statement stands in the picture."""
    if record["algebra"] == "refuted" or record["empirical"] == "contradicted":
        return "failed"
    if record["flags"]:
        return "flagged"
    return "sound" if record["algebra"] == "proved" else "undecided"


def place(statements: Sequence[Mapping[str, Any]]) -> tuple[list[Node], float, float]:
    """Place statements in layers, each row sorted by the middle of what it rests on; return nodes, width, height."""
    depends_on = {entry["id"]: tuple(entry["depends_on"]) for entry in statements}
    level = depths(depends_on)
    states = {entry["id"]: state(entry) for entry in statements}
    width = MOST_IN_ROW * (WIDTH + GAP) + GAP
    nodes: dict[str, Node] = {}
    row = 0
    for depth in range(max(level.values(), default=-1) + 1):
        names = [name for name in depends_on if level[name] == depth]
        middle = {name: _middle(depends_on[name], nodes, width / 2) for name in names}
        names.sort(key=lambda name: (middle[name], name))
        for start in range(0, len(names), MOST_IN_ROW):
            part = names[start : start + MOST_IN_ROW]
            left = (width - len(part) * (WIDTH + GAP) + GAP) / 2
            for k, name in enumerate(part):
                x, y = left + k * (WIDTH + GAP), GAP + row * LEVEL
                needs = tuple(need for need in depends_on[name] if need in depends_on)
                nodes[name] = Node(id=name, state=states[name], x=x, y=y, needs=needs)
            row += 1
    return list(nodes.values()), width, 2 * GAP + HEIGHT + max(row - 1, 0) * LEVEL


def _middle(needs: Sequence[str], nodes: Mapping[str, Node], default: float) -> float:
    placed = [nodes[need].x + WIDTH / 2 for need in needs if need in nodes]
    return sum(placed) / len(placed) if placed else default


def draw(statements: Sequence[Mapping[str, Any]]) -> str:
    """Return inline SVG: boxes link to the cards; what rests on a failure is dashed and red, and so are its arrows."""
    nodes, width, height = place(statements)
    by_id = {node.id: node for node in nodes}
    broken = {node.id for node in nodes if node.state in ("failed", "flagged")}
    lines = [_edge(by_id[need], node, need in broken) for node in nodes for need in node.needs]
    boxes = [_box(node) for node in nodes]
    label = f"Dependency graph of {len(nodes)} statements, {len(broken)} of them failed or resting on a failure"
    return (
        f'<svg viewBox="0 0 {width:g} {height:g}" role="img" aria-label="{label}" class="graph">'
        '<defs><marker id="arrow" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto">'
        '<path d="M0 0L8 4L0 8z" fill="currentColor"/></marker></defs>' + "".join(lines) + "".join(boxes) + "</svg>"
    )


def _edge(upper: Node, lower: Node, broken: bool) -> str:
    x1, y1 = upper.x + WIDTH / 2, upper.y + HEIGHT
    x2, y2 = lower.x + WIDTH / 2, lower.y - 2
    bend = max(22.0, (y2 - y1) / 2)
    kind = "edge broken" if broken else "edge"
    path = f"M{x1:.1f} {y1:.1f}C{x1:.1f} {y1 + bend:.1f} {x2:.1f} {y2 - bend:.1f} {x2:.1f} {y2:.1f}"
    return f'<path class="{kind}" data-from="{upper.id}" data-to="{lower.id}" d="{path}" marker-end="url(#arrow)"/>'


def _box(node: Node) -> str:
    name = html.escape(node.id)
    mark = {"failed": "✗ ", "flagged": "↯ ", "undecided": "? ", "sound": ""}[node.state]
    room = 20 - len(mark)
    shown = name if len(name) <= room else name[: room - 1] + "…"
    words = {"failed": "failed", "flagged": "rests on a failure", "undecided": "algebra undecided", "sound": "proved"}
    return (
        f'<a href="#{name}" aria-label="{name}: {words[node.state]}"><rect class="node {node.state}" x="{node.x:.1f}" '
        f'y="{node.y:.1f}" width="{WIDTH}" height="{HEIGHT}" rx="7"/><text class="node-name {node.state}" '
        f'x="{node.x + WIDTH / 2:.1f}" y="{node.y + HEIGHT / 2 + 4:.1f}" text-anchor="middle">{mark}{shown}</text></a>'
    )
