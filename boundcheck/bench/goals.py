"""The goals of the kernels, beside the figures of a run: which are met, which are not."""

from __future__ import annotations

from collections.abc import Callable, Iterator

Milliseconds = Callable[[str, str, str], float | None]
"""(library or variant, task, size) -> median elapsed time, None where it was not measured."""
PEERS = ("jax", "torch")
TUNED = ("jax, huge pages", "torch, huge pages")


def table(time: Milliseconds, facts: dict[str, float]) -> str:
    """Return a Markdown table of the goals whose figures are there.

    Args:    time: median times in ms; facts: "exponent" and "step" (bytes) of the scaling, "first" (seconds), and
             ("memory TASK SIZE own", "memory TASK SIZE peer") in bytes.
    """
    lines = ["\n### goals\n", "| goal | figure | met |", "|---|---|---|"]
    for text, figure, limit, least in _rows(time, facts):
        if figure is not None:
            met = figure >= limit if least else figure <= limit
            lines.append(f"| {text} {'at least' if least else 'at most'} {limit:g} | {figure:.3g} | {_word(met)} |")
    return "\n".join(lines)


def _word(met: bool) -> str:
    return "yes" if met else "**no**"


def _rows(time: Milliseconds, facts: dict[str, float]) -> Iterator[tuple[str, float | None, float, bool]]:
    """Yield (text, figure, limit, whether the limit is the least that is wanted)."""
    for size in ("S", "M", "L"):
        own = time("boundcheck", "gradient", size)
        installed, any_form = _best(time, PEERS, "gradient", size), _best(time, PEERS + TUNED, "gradient", size)
        yield f"gradient at {size}: faster peer as installed / ours", _ratio(installed, own), 6, True
        yield f"gradient at {size}: fastest peer, tuned or not / ours", _ratio(any_form, own), 3.5, True
        yield f"gradient at {size}: a user's activation / tanh", _ratio(time("boundcheck", "user", size), own), 3, False
    parts = [time("boundcheck", f"floor: {part}", "L") for part in ("tanh", "multiply-adds", "memory")]
    floor = None if None in parts else sum(part or 0.0 for part in parts)
    yield "gradient at L: ours / floor in sequence", _ratio(time("boundcheck", "gradient", "L"), floor), 1.3, False
    yield "gradient at L, recomputing: ours / floor", _ratio(time("boundcheck", "recomputed", "L"), floor), 1, False
    for size in ("S", "M", "L"):
        own = time("boundcheck", "jacobian", size)
        best = _best(time, PEERS + TUNED, "jacobian", size)
        yield f"Jacobian at {size}: fastest peer / ours", _ratio(best, own), 3, True
    stored, suprema = time("boundcheck", "jacobian", "L"), time("boundcheck", "suprema", "L")
    yield "suprema at L: without / with a stored Jacobian", _ratio(suprema, stored), 0.5, False
    for size, limit in (("S", 1.0), ("M", 1.7)):
        jax = _best(time, ("jax", "jax, huge pages"), "gram", size)
        yield f"Gram matrix at {size}: JAX / ours", _ratio(jax, time("boundcheck", "gram", size)), limit, True
    gram = time("boundcheck", "gram", "M")
    yield "Gram matrix at M: ours / bare dsyrk", _ratio(gram, time("boundcheck", "bare product", "M")), 1.25, False
    yield "Gram matrix at M: neural-tangents / ours", _ratio(time("neural-tangents", "gram", "M"), gram), 4, True
    for name in sorted(name.removesuffix(" own") for name in facts if name.endswith(" own")):
        yield f"peak {name}: ours / leanest peer", _ratio(facts[f"{name} own"], facts.get(f"{name} peer")), 1, False
    yield "time against width, 2^10 to 2^20: exponent", facts.get("exponent"), 1.05, False
    yield "a step at m = 2^20, T = 16, n = 32: GiB", _ratio(facts.get("step"), float(1 << 30)), 1, False
    yield "first call: s", facts.get("first"), 6, False


def _best(time: Milliseconds, names: tuple[str, ...], task: str, size: str) -> float | None:
    return min((found for name in names if (found := time(name, task, size)) is not None), default=None)


def _ratio(above: float | None, below: float | None) -> float | None:
    return above / below if above is not None and below else None
