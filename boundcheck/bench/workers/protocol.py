"""What all workers share: sizes, data, clock, and one line of JSON in, one out. Needs NumPy only.

{"task", "size", "repeat"} is answered by {"seconds": [...], "cpu": [...], "form", "forms", "first", "peak", "start"} or
{"error"}; "form" in a request leaves out all other forms. "start" is the peak memory before any work.
"""

import json
import resource
import sys
import time

import numpy as np

SIZES = {"S": (32, 16, 4, 256), "M": (64, 32, 8, 1024), "L": (128, 64, 8, 4096)}
"""Name -> (n, T, d, m)."""


def sizes(name):
    """Return (n, T, d, m) of a name, or of four numbers joined by commas."""
    return SIZES[name] if name in SIZES else tuple(int(part) for part in name.split(","))


def data(name):
    """Return X (n, T, d) with ||x_t|| = 1, y (n, T), w (m,), u (m, d), c (m,)."""
    n, T, d, m = sizes(name)
    rng = np.random.default_rng(0)
    X = rng.normal(size=(n, T, d))
    X /= np.linalg.norm(X, axis=2, keepdims=True)
    y, u, c = rng.normal(size=(n, T)), rng.normal(size=(m, d)), rng.choice([-1.0, 1.0], m)
    return X, y, 0.5 * rng.choice([-1.0, 1.0], m) + 0.01 * rng.normal(size=m), u, c


def serve(tasks):
    """Answer requests until the input ends.

    Args:    tasks: name -> function of a size that returns a dict of forms: name -> zero-argument function to time.
             On the first request each form is run twice and timed once; afterwards only the fastest one runs.
    """
    prepared: dict = {}
    start = peak()
    for line in sys.stdin:
        request = json.loads(line)
        key = request["task"], request["size"], request.get("form")
        try:
            if key not in prepared:
                prepared.clear()
                forms = tasks[key[0]](key[1])
                wanted = forms if key[2] is None else {key[2]: forms[key[2]]}
                prepared[key] = fastest(wanted), list(forms)
            (form, run, first), names = prepared[key]
            pairs = [clock(run) for _ in range(request["repeat"])]
            seconds, cpu = zip(*pairs, strict=True)
            answer = {"seconds": seconds, "cpu": cpu, "form": form, "forms": names, "first": first}
            answer |= {"peak": peak(), "start": start}
        except Exception as problem:  # noqa: BLE001 - reported to the caller, who decides
            answer = {"error": f"{type(problem).__name__}: {problem}"[:300]}
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()


def fastest(forms):
    """Return (name, function, seconds of its first call) of the fastest form."""
    found = []
    for name, run in forms.items():
        first, _ = clock(run)
        clock(run)
        found.append((clock(run)[0], name, run, first))
    _, name, run, first = min(found, key=lambda entry: entry[0])
    return name, run, first


def clock(run):
    """Seconds of one call: elapsed, and of the processors in all threads."""
    start, cpu = time.perf_counter(), time.process_time()
    run()
    return time.perf_counter() - start, time.process_time() - cpu


def peak():
    """Peak resident memory of this process in bytes."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
