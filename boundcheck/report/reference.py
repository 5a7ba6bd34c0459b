"""API reference built from the docstrings: ``python -m boundcheck.report.reference OUT`` writes one HTML file.

The public face is what ``boundcheck`` lists; pages of a stage list what the stage exports. No network, no theme.
"""

from __future__ import annotations

import html
import inspect
import sys
from collections.abc import Iterator, Sequence
from importlib import import_module
from importlib.resources import files
from pathlib import Path
from typing import Any

STAGES = (
    "notation",
    "language",
    "configuration",
    "series",
    "enclosure",
    "activations",
    "theory",
    "algebra",
    "evaluation",
    "network",
    "measurement",
    "certificates",
    "comparison",
    "report",
)
STYLE = """body{font-family:system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;line-height:1.5}
:root{color-scheme:light dark}pre{overflow-x:auto;padding:.6rem .9rem;border:1px solid #8886;border-radius:.4rem}
code,pre{font-family:ui-monospace,Menlo,Consolas,monospace;font-size:.9em}h3{margin:1.6rem 0 .2rem}
.doc{white-space:pre-wrap;margin:.2rem 0 .6rem 1rem}nav ul{columns:12rem;list-style:none;padding:0}"""


def exported(module: Any) -> Iterator[tuple[str, Any]]:
    """Yield what a module makes public: its ``__all__``, or its own and re-exported names without an underscore."""
    names = getattr(module, "__all__", None) or [name for name in vars(module) if not name.startswith("_")]
    for name in sorted(names, key=str.lower):
        value = getattr(module, name, None)
        owner = getattr(value, "__module__", "") or ""
        if (inspect.isclass(value) or inspect.isfunction(value)) and owner.startswith(module.__name__):
            yield name, value


def entry(name: str, value: Any) -> str:
    """Return one name's signature and docstring, with the public methods of a class."""
    parts = [f"<h3><code>{html.escape(name + _signature(value))}</code></h3>", _doc(value)]
    if inspect.isclass(value):
        for inner, method in sorted(vars(value).items()):
            target = method.fget if isinstance(method, property) else getattr(method, "__func__", method)
            if not inner.startswith("_") and inspect.isfunction(target):
                shown = inner if isinstance(method, property) else inner + _signature(target)
                parts.append(f"<p><code>.{html.escape(shown)}</code></p>{_doc(target)}")
    return "".join(parts)


def _signature(value: Any) -> str:
    try:
        return str(inspect.signature(value)).replace("'", "")
    except (TypeError, ValueError):
        return ""


def _doc(value: Any) -> str:
    return f'<div class="doc">{html.escape(inspect.getdoc(value) or "")}</div>'


def guide() -> str:
    """Return the page on how to add a statement."""
    return (files("boundcheck.report") / "templates" / "guide.html").read_text(encoding="utf-8")


def page() -> str:
    """Return the reference as one HTML page."""
    import boundcheck

    links = "".join(f'<li><a href="#{name}">boundcheck.{name}</a></li>' for name in STAGES)
    title = f"boundcheck {boundcheck.__version__}"
    parts = [
        '<!doctype html><html lang="en"><head><meta charset="utf-8">',
        f'<meta name="viewport" content="width=device-width"><title>{title}: reference</title>',
        f"<style>{STYLE}</style></head>",
        f'<body><h1>{title}</h1><p>{html.escape(boundcheck.__doc__ or "")}</p><nav aria-label="Modules"><ul>',
        f'<li><a href="#add-a-statement">How to add a statement</a></li>{links}</ul></nav>',
        guide(),
    ]
    for name in STAGES:
        module = import_module(f"boundcheck.{name}")
        parts.append(f'<h2 id="{name}">boundcheck.{name}</h2>{_doc(module)}')
        parts += [entry(inner, value) for inner, value in exported(module)]
    return "".join([*parts, "</body></html>\n"])


def main(arguments: Sequence[str] | None = None) -> int:
    """Write the reference to a file."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    if len(given) != 1:
        sys.stderr.write("usage: python -m boundcheck.report.reference OUT.html\n")
        return 2
    target = Path(given[0])
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(page(), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
