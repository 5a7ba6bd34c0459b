"""Time the kernels, their floors and their peers side by side, and print the tables.

Each library runs in a process of its own, twice for the peers: as installed, and with huge pages for malloc
(GLIBC_TUNABLES=glibc.malloc.hugetlb=1). The processes take turns, so that other load on the machine falls on all
alike. Figures are the median elapsed time over all turns and the least processor time of all threads together, which
other load disturbs less. Peers come from the extra `bench`; one that is missing is said to be. neural-tangents
does not work with a current jax and is not in that extra: give it an environment of its own (`pip install
neural-tangents==0.6.5 jax==0.4.35`) and pass its interpreter by --neural-tangents.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

from boundcheck.bench.goals import table

WORKERS = Path(__file__).parent / "workers"
PEERS = ("jax", "torch")
HUGE_PAGES = "glibc.malloc.hugetlb=1"
FLOORS = ("floor: tanh", "floor: multiply-adds", "floor: memory")
GRADIENT = ("gradient", "recomputed", "user", "arrays", *FLOORS)


@dataclass(kw_only=True)
class Worker:
    """A process that times one library."""

    name: str
    program: str
    python: str
    tuned: bool = False
    process: subprocess.Popen[str] | None = None
    missing: str = ""
    times: dict[tuple[str, str], list[float]] = field(default_factory=dict)
    cpu: dict[tuple[str, str], list[float]] = field(default_factory=dict)
    notes: dict[tuple[str, str], dict[str, Any]] = field(default_factory=dict)

    def start(self) -> None:
        """Start the process, without variables that mislead OpenBLAS, with two threads."""
        environment = {key: value for key, value in os.environ.items() if not key.startswith("OPENBLAS_")}
        environment |= {"OMP_NUM_THREADS": "2", "BOUNDCHECK_THREADS": "2"}
        if self.tuned:
            environment["GLIBC_TUNABLES"] = HUGE_PAGES
        self.process = subprocess.Popen(
            [self.python, str(WORKERS / f"{self.program}_worker.py")],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env=environment,
        )

    def fresh(self) -> Worker:
        """Return the same worker, not started."""
        return Worker(name=self.name, program=self.program, python=self.python, tuned=self.tuned)

    def ask(self, task: str, size: str, repeat: int, form: str | None = None) -> None:
        """Time a task in its fastest form or the one named, unless the library or the task has failed before."""
        if self.missing or "error" in self.notes.get((task, size), {}):
            return
        if self.process is None:
            try:
                self.start()
            except OSError as problem:
                self.missing = f"cannot start {self.python}: {problem.strerror}"
                return
        process = self.process
        assert process is not None
        try:
            request = {"task": task, "size": size, "repeat": repeat, "form": form}
            _pipe(process.stdin).write(json.dumps(request) + "\n")
            _pipe(process.stdin).flush()
            line = _pipe(process.stdout).readline()
        except BrokenPipeError:
            line = ""
        if not line:
            process.wait()
            self.missing = (_pipe(process.stderr).read().strip().splitlines() or ["no answer"])[-1][:200]
            return
        answer = json.loads(line)
        self.notes[task, size] = answer
        self.times.setdefault((task, size), []).extend(answer.get("seconds", []))
        self.cpu.setdefault((task, size), []).extend(answer.get("cpu", []))

    def stop(self) -> None:
        """End the process."""
        if self.process is not None:
            _pipe(self.process.stdin).close()
            self.process.wait()
            for pipe in (self.process.stdout, self.process.stderr):
                _pipe(pipe).close()
            self.process = None

    def processor_milliseconds(self, task: str, size: str) -> float | None:
        """Return the shortest processor time of all threads together, None where there is none."""
        seconds = self.cpu.get((task, size))
        return 1e3 * min(seconds) if seconds else None

    def milliseconds(self, task: str, size: str) -> float | None:
        """Return the median time, None where there is none."""
        seconds = self.times.get((task, size))
        return 1e3 * statistics.median(seconds) if seconds else None


def _pipe(stream: IO[str] | None) -> IO[str]:
    assert stream is not None
    return stream


def main() -> None:
    """Run the benchmark that the arguments choose."""
    arguments = _arguments()
    workers = [Worker(name="boundcheck", program="own", python=sys.executable)]
    for peer in arguments.peers:
        for tuned in (False, True):
            name = f"{peer}, huge pages" if tuned else peer
            workers.append(Worker(name=name, program=peer, python=arguments.python, tuned=tuned))
    if arguments.neural_tangents:
        workers.append(
            Worker(name="neural-tangents", program="neural_tangents", python=arguments.neural_tangents, tuned=True)
        )
    for task in arguments.tasks:
        for size in arguments.sizes:
            _measure(workers, task, size, arguments)
    for worker in workers:
        worker.stop()
    facts: dict[str, float] = {}
    if "scaling" in arguments.extras:
        facts |= _scaling(arguments)
    if "memory" in arguments.extras:
        facts |= _memory(workers, arguments)
    if "first" in arguments.extras:
        facts |= _first_call()
    named = {worker.name: worker for worker in workers}
    _say(table(lambda name, task, size: named[name].milliseconds(task, size) if name in named else None, facts))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m boundcheck.bench", description=__doc__)
    parser.add_argument("--tasks", nargs="*", default=["gradient", "jacobian", "gram"])
    parser.add_argument("--sizes", nargs="*", default=["S", "M", "L"], help="S, M, L or n,T,d,m")
    parser.add_argument("--extras", nargs="*", default=["scaling", "memory", "first"])
    parser.add_argument("--memory-sizes", nargs="*", default=["L"], help="as --sizes, for the extra `memory`")
    parser.add_argument("--memory-tasks", nargs="*", default=["gradient", "jacobian"], help="as --tasks, likewise")
    parser.add_argument("--peers", nargs="*", default=list(PEERS), choices=PEERS)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--python", default=sys.executable, help="interpreter with jax and torch")
    parser.add_argument("--neural-tangents", default="", help="interpreter with neural-tangents")
    return parser.parse_args()


def _measure(workers: list[Worker], task: str, size: str, arguments: argparse.Namespace) -> None:
    own, *peers = workers
    tasks = {"gradient": GRADIENT, "jacobian": ("jacobian", "suprema", "floor: write")}.get(
        task, (task, "bare product")
    )
    if task == "gram" and size == "L":
        return
    repeat = {"S": 40, "M": 3 if task == "gram" else 8}.get(size, 3)
    for _ in range(arguments.rounds):
        for part in tasks:
            own.ask(part, size, repeat)
        for peer in peers:
            if peer.program != "neural_tangents" or task == "gram":
                peer.ask(task, size, repeat)
    rows = [("boundcheck: " + part, *_times(own, part, size), "") for part in tasks if "floor" not in part]
    rows += [(peer.name, *_times(peer, task, size), _remark(peer, task, size)) for peer in peers]
    rows += [(part, *_times(own, part, size), "") for part in tasks if "floor" in part]
    if task == "gradient":
        pairs = [_times(own, part, size) for part in FLOORS]
        sums, largest = [], []
        for compute, products, memory in zip(*pairs, strict=True):
            sums.append((compute or 0.0) + (products or 0.0) + (memory or 0.0))
            largest.append(max((compute or 0.0) + (products or 0.0), memory or 0.0))
        rows.append(("floor, in sequence", sums[0], sums[1], "sum of the three"))
        rows.append(("floor, overlapped", largest[0], largest[1], "compute beside memory"))
    _table(f"{task} at {size}", rows)


def _times(worker: Worker, task: str, size: str) -> tuple[float | None, float | None]:
    return worker.milliseconds(task, size), worker.processor_milliseconds(task, size)


def _remark(peer: Worker, task: str, size: str) -> str:
    note = peer.notes.get((task, size), {})
    return peer.missing or note.get("error", "") or str(note.get("form", ""))


def _table(title: str, rows: list[tuple[str, float | None, float | None, str]]) -> None:
    """Print a table; ratios are to the first row."""
    head = ["what", "median ms", "ratio", "least CPU ms", "ratio", "remark"]
    lines = [f"\n### {title}\n", f"| {' | '.join(head)} |", "|---" * len(head) + "|"]
    _, own_median, own_least, _ = rows[0]
    for name, median, least, remark in rows:
        cells = [name, *_cell(median, own_median), *_cell(least, own_least), remark]
        lines.append(f"| {' | '.join(cells)} |")
    _say("\n".join(lines))


def _cell(value: float | None, own: float | None) -> tuple[str, str]:
    if value is None:
        return "–", "–"
    return f"{value:.3g}", f"{value / own:.2f}" if own else "–"


def _scaling(arguments: argparse.Namespace) -> dict[str, float]:
    """Time a training step against the width, and fit the exponent; return it and the peak memory in bytes."""
    import math

    worker = Worker(name="boundcheck", program="own", python=sys.executable)
    widths = [1 << k for k in range(10, 21, 2)]
    for _ in range(max(1, arguments.rounds // 2)):
        for m in widths:
            worker.ask("gradient", f"32,16,8,{m}", 3)
    worker.stop()
    alone = worker.fresh()
    alone.ask("gradient", f"32,16,8,{widths[-1]}", 1)
    alone.stop()
    peak = alone.notes["gradient", f"32,16,8,{widths[-1]}"].get("peak", 0)
    times = [worker.milliseconds("gradient", f"32,16,8,{m}") or math.nan for m in widths]
    points = [(math.log(m), math.log(time)) for m, time in zip(widths, times, strict=True)]
    slope = statistics.linear_regression(*zip(*points, strict=True)).slope
    lines = ["\n### one training step against the width (n = 32, T = 16, d = 8)\n", "| m | median ms |", "|---|---|"]
    lines += [f"| {m} | {time:.3g} |" for m, time in zip(widths, times, strict=True)]
    _say(
        "\n".join(
            [
                *lines,
                f"\nfitted exponent {slope:.3f}; peak memory of the last width alone {peak / 2**20:.0f} MiB",
            ]
        )
    )
    return {"exponent": slope, "step": peak}


def _memory(workers: list[Worker], arguments: argparse.Namespace) -> dict[str, float]:
    """Report the peak resident memory of the tasks, each form of a library in a fresh process; return the least."""
    facts: dict[str, float] = {}
    variants = {"gradient": ("gradient", "recomputed"), "jacobian": ("jacobian", "suprema")}
    for task in arguments.memory_tasks:
        for size in arguments.memory_sizes:
            own = [("boundcheck: " + variant, variant, workers[0]) for variant in variants.get(task, (task,))]
            rows = [*own, *((peer.name, task, peer) for peer in workers[1:] if peer.program != "neural_tangents")]
            lines = [f"\n### peak memory of a process, {task} at {size}\n"]
            lines += ["| what | MiB | of which before | form |", "|---|---|---|---|"]
            for name, wanted, template in rows:
                peak, start, remark = _leanest(template, wanted, size)
                lines.append(f"| {name} | {_mebibytes(peak)} | {_mebibytes(start)} | {remark} |")
                key = f"memory {task} {size} {'own' if template is workers[0] else 'peer'}"
                if peak is not None and (template is not workers[0] or wanted == task):
                    facts[key] = min(peak, facts.get(key, peak))
            _say("\n".join(lines))
    return facts


def _leanest(template: Worker, task: str, size: str) -> tuple[int | None, int | None, str]:
    """Return the least peak of a library's forms, each in a process of its own, the one before work, and which."""
    names: list[str | None] = [None]
    found: list[tuple[int, int, str]] = []
    note: dict[str, Any] = {}
    while names:
        worker, form = template.fresh(), names.pop()
        worker.ask(task, size, 1, form)
        worker.stop()
        note = worker.notes.get((task, size), {"error": worker.missing})
        forms = note.get("forms", [])
        if form is None and len(forms) > 1:
            names += forms
        elif "peak" in note:
            found.append((note["peak"], note["start"], note["form"]))
    return min(found) if found else (None, None, note.get("error", ""))


def _mebibytes(size: int | None) -> str:
    return "–" if size is None else f"{size / 2**20:.0f}"


def _first_call() -> dict[str, float]:
    """Time the first gradient of a process: compiled, then read from the cache; return the former in seconds."""
    import tempfile

    code = (
        "import time; start = time.perf_counter()\n"
        "import numpy as np, boundcheck.network as network\n"
        "w = network.symmetric_initialization(8, 2, 0.5, np.random.default_rng(0))\n"
        "network.loss_and_gradient(w, np.ones((3, 2, 2)) / 2, np.ones((3, 2)), 'tanh')\n"
        "import sys; sys.stdout.write(str(time.perf_counter() - start))"
    )
    with tempfile.TemporaryDirectory() as folder:
        environment = {**os.environ, "BOUNDCHECK_CACHE": folder}
        runs = [
            subprocess.run([sys.executable, "-c", code], env=environment, check=True, capture_output=True, text=True)
            for _ in range(2)
        ]
    compiled, cached = (float(run.stdout) for run in runs)
    _say(f"\n### first gradient of a process\n\ncompiled {compiled:.2f} s, from the cache {cached:.2f} s")
    return {"first": compiled}


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
