"""A certificate as JSON: a summary, the guarantees, and the data and initial weights that they are about.

Bounds are decimal text rounded up; exact doubles are hexadecimal text; arrays are base64 of little-endian doubles with
the SHA-256 of all of them. Of a symmetric initialisation the first half is stored. ``sha256`` is that of all the rest
but ``seconds``: an accident to the file shows, and what was altered on purpose is checked anew by a replay.
"""

from __future__ import annotations

import base64
import hashlib
import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from boundcheck.certificates.guarantee import KIND, SCHEMA, lower_text, upper_text
from boundcheck.certificates.problem import Problem
from boundcheck.network import Weights

if TYPE_CHECKING:
    from boundcheck.certificates.guarantee import Certificate

SCOPE = "the empirical risk of gradient descent on these data from these initial weights; nothing about generalisation"


STANDING, ESTIMATE = "certificate", "estimate in plain doubles, no certificate"
UNSEALED = ("seconds", "sha256")


def document(certificate: Certificate) -> dict[str, Any]:
    """Return the JSON form of a certificate."""
    content = _content(certificate)
    return content | {"sha256": seal(content)}


def seal(content: dict[str, Any]) -> str:
    """Return the SHA-256 of a certificate's canonical JSON, without times and the hash itself."""
    rest = {name: value for name, value in content.items() if name not in UNSEALED}
    return hashlib.sha256(json.dumps(rest, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


def _content(certificate: Certificate) -> dict[str, Any]:
    problem, best = certificate.problem, certificate.best()
    measured = certificate.measured_beside(best)
    return {
        "kind": KIND,
        "schema": SCHEMA,
        "rigorous": certificate.rigorous,
        "standing": STANDING if certificate.rigorous else ESTIMATE,
        "scope": SCOPE,
        "activation": _activation_text(problem),
        "m": problem.m,
        "n": problem.X.shape[0],
        "T": problem.X.shape[1],
        "d": problem.X.shape[2],
        "tau": best.tau,
        "claim": best.claim,
        "bound": upper_text(best.value),
        "method": best.method,
        "trivial": upper_text(certificate.trivial),
        "informative": certificate.informative,
        "measured": None if measured is None else upper_text(measured[1]),
        "ratio": None if measured is None or measured[0] <= 0 else upper_text(best.value / measured[0], 6),
        "dominating": certificate.dominating(),
        "broke": None if certificate.broke is None else _broke(certificate),
        "seconds": round(certificate.seconds, 3),
        "step_size": certificate.step_size.hex(),
        "radii": None if certificate.radii is None else [radius.hex() for radius in certificate.radii],
        "horizon": certificate.horizon,
        "constants": {"lambda_max": upper_text(certificate.largest_eigenvalue * (1 + 1e-9))},
        "guarantees": [item.as_dict() for item in certificate.guarantees],
        "bounds": [upper_text(value) for value in certificate.bounds],
        "parts": {name: [float(f"{value:.4g}") for value in part] for name, part in certificate.parts.items()},
        "unavailable": certificate.unavailable,
        "enclosed": _enclosed(certificate),
        "run": None if measured is None else {"step_size": best.step_size.hex()} | _ends(measured),
        "data": _stored(("X", problem.X), ("y", problem.y)) | {"sha256": problem.digests()["data"]},
        "weights": _weights(problem),
    }


def _activation_text(problem: Problem) -> str:
    from boundcheck.activations import ACTIVATIONS
    from boundcheck.language import to_text

    name = problem.activation.name
    return name if name in ACTIVATIONS else to_text(problem.activation.expression)


def _broke(certificate: Certificate) -> str:
    assert certificate.broke is not None
    return f"step {certificate.broke.step}, pair {certificate.broke.pair}: {certificate.broke.reason}"


def _enclosed(certificate: Certificate) -> dict[str, Any] | None:
    """Return the enclosures of the risk at the certified steps of the run that B is about."""
    if certificate.measured is None:
        return None
    taus = sorted({item.tau for item in certificate.guarantees})
    found = {tau: certificate.measured_risk(tau) for tau in taus}
    return {str(tau): _ends(ends) for tau, ends in found.items() if ends is not None}


def _ends(ends: tuple[float, float]) -> dict[str, str]:
    return {"lower": lower_text(ends[0]), "upper": upper_text(ends[1])}


def _stored(*arrays: tuple[str, Any]) -> dict[str, Any]:
    return {
        name: {
            "shape": list(array.shape),
            "base64": base64.b64encode(np.ascontiguousarray(array, dtype="<f8").tobytes()).decode(),
        }
        for name, array in arrays
    }


def _weights(problem: Problem) -> dict[str, Any]:
    weights, keep = problem.weights, problem.pairs if problem.is_symmetric else problem.m
    stored = _stored(("w", weights.w[:keep]), ("u", weights.u[:keep]), ("c", weights.c[:keep]))
    return stored | {"symmetric": problem.is_symmetric, "sha256": problem.digests()["weights"]}


def read_problem(content: dict[str, Any]) -> Problem:
    """Rebuild the problem of a certificate.

    Raises:  ValueError if arrays are missing or malformed, or do not have the stated hashes.
    """
    data, stored = content["data"], content["weights"]
    w, u, c = (_array(stored, name) for name in "wuc")
    if stored["symmetric"]:
        w, u, c = np.concatenate([w, w]), np.concatenate([u, u]), np.concatenate([c, -c])
    problem = Problem.of(_array(data, "X"), _array(data, "y"), str(content["activation"]), Weights(w, u, c))
    for name, part in (("data", data), ("weights", stored)):
        if problem.digests()[name] != part["sha256"]:
            message = f"{name} must have the stated hash; got another (the certificate is about other {name})"
            raise ValueError(message)
    return problem


def _array(stored: dict[str, Any], name: str) -> Any:
    shape = tuple(int(size) for size in stored[name]["shape"])
    flat = np.frombuffer(base64.b64decode(stored[name]["base64"], validate=True), dtype="<f8")
    if any(size < 0 for size in shape) or flat.size != np.prod(shape, dtype=np.int64):
        message = f"{name} must have as many numbers as its shape {shape}; got {flat.size}"
        raise ValueError(message)
    return flat.reshape(shape).astype(np.float64)


def save(certificate: Certificate, path: str | Path) -> Path:
    """Write a certificate to a JSON file, replaced by rename."""
    target = Path(path)
    target.parent.mkdir(parents=True, exist_ok=True)
    draft = target.with_name(target.name + ".part")
    draft.write_text(json.dumps(certificate.as_dict(), indent=1) + "\n", encoding="utf-8")
    os.replace(draft, target)
    return target
