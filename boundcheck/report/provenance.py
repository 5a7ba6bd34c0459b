"""Where a report comes from: version, commit, configuration, packages, machine, the exact command."""

from __future__ import annotations

import os
import platform
import shlex
import subprocess
import sys
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from boundcheck.report.setting import Setting

SCHEMA = 1
_PASSING = ("--out", "--jobs", "--format", "--diff")
_FLAGS = ("--quiet", "--strict")
PACKAGES = ("sympy", "mpmath", "numpy", "scipy", "autograd", "matplotlib", "python-flint", "numba", "jinja2")


def meta(setting: Setting) -> dict[str, Any]:
    """Return all that it takes to make the report again; ``seconds`` is filled in at the end."""
    import boundcheck

    config = setting.configuration
    problem = setting.problem
    return {
        "tool": "boundcheck",
        "schema": SCHEMA,
        "version": boundcheck.__version__,
        "commit": commit(),
        "preset": config.preset,
        "seed": config.run.seed,
        "config": lasting_config(config.as_dict()),
        "binary_floats": list(config.binary_floats),
        "command": command(),
        "versions": versions(),
        "machine": machine(),
        "activation": {"name": setting.activation.name, "expression": str(setting.activation.expression)},
        "data": {
            "kind": "realisable" if setting.series is None else "series",
            "series": None if setting.series is None else setting.series.as_dict(),
            "n": problem.n,
            "T": problem.T,
            "d": problem.d,
            "nu": _nu(setting),
        },
        "trivial_bound": float(f"{float(setting.trivial):.15g}"),
        "seconds": 0.0,
    }


def _nu(setting: Setting) -> str:
    """Say where nu comes from; what fits real data in the tangent kernel, beside it."""
    if setting.series is None:
        return "of the maps that made y"
    source = "the tangent kernel" if setting.configuration.data.nu == "tangent-kernel" else "the configuration"
    return f"hypothetical: from {source}; {setting.fit}"


def lasting_config(config: dict[str, Any]) -> dict[str, Any]:
    """Leave out what changes no result: the folder and the number of workers."""
    run = {name: value for name, value in config["run"].items() if name not in ("out", "jobs")}
    return {**config, "run": run}


def versions() -> dict[str, str]:
    """Return versions of Python and of the packages that numbers depend on."""
    found = {"python": platform.python_version()}
    for name in PACKAGES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            found[name] = "not installed"
    return found


def machine() -> dict[str, Any]:
    """Return the kind of machine; nothing that names it."""
    return {
        "system": platform.system(),
        "architecture": platform.machine(),
        "processor": _processor(),
        "cores": os.cpu_count(),
    }


def _processor() -> str:
    try:
        for line in Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    except OSError:
        pass
    return platform.processor() or "unknown"


def commit() -> str | None:
    """Return the commit of a checkout that the package runs from; None for an installed package."""
    root = Path(__file__).resolve().parents[2]
    if not (root / ".git").exists():
        return None
    try:
        done = subprocess.run(
            ["git", "-C", str(root), "rev-parse", "HEAD"], capture_output=True, text=True, timeout=5, check=True
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return done.stdout.strip() or None


def command() -> str:
    """Return the command line that runs now, without what changes no result (the folder, workers, progress)."""
    name = Path(sys.argv[0]).name if sys.argv else ""
    called = name if name != "__main__.py" else Path(sys.argv[0]).parent.name
    if called != "boundcheck":
        return "boundcheck.report(...) in Python"
    return " ".join(["boundcheck", *(shlex.quote(argument) for argument in _lasting(sys.argv[1:]))])


def _lasting(arguments: list[str]) -> list[str]:
    kept: list[str] = []
    skip = False
    for argument in arguments:
        if not skip and argument.partition("=")[0] not in (*_PASSING, *_FLAGS):
            kept.append(argument)
        skip = not skip and argument in _PASSING
    return kept
