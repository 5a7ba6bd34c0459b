"""Commands that ask whether algebra holds: check, prove, compare, replay."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from statistics import median
from typing import Annotated, Any

import typer

from boundcheck.cli.frame import (
    HOLDS,
    REFUTED,
    UNDECIDED,
    Format,
    FormatOption,
    QuietOption,
    StrictOption,
    TimeoutOption,
    checked_timeout,
    progress,
    write_fields,
    write_json,
    write_table,
    write_wrapped,
)
from boundcheck.cli.own import OwnOption, all_statements, find_statement, read_own

KINDS = ("proof", "contradiction", "refutation", "risk-certificate")
MAX_BYTES = 100_000_000


def check(
    ids: Annotated[list[str] | None, typer.Argument(metavar="[ID ...]", help="Statements; all if none.")] = None,
    mutate: Annotated[bool, typer.Option("--mutate", help="Plant errors and count how many are caught.")] = False,
    timeout: TimeoutOption = 10.0,
    statements_from: OwnOption = None,
    strict: StrictOption = False,
    format: FormatOption = Format.table,
    quiet: QuietOption = False,
) -> int:
    """Check the algebra of every derivation step."""
    timeout = checked_timeout(timeout)
    own = read_own(statements_from)
    chosen = [find_statement(name, own) for name in dict.fromkeys(ids)] if ids else list(all_statements(own))
    from boundcheck import algebra

    with progress("checking", quiet) as tick:
        verdicts: list[Any] = algebra.check_all(chosen, timeout, tick)
    summary = _summary(verdicts)
    if mutate:
        summary |= _mutants(chosen, timeout, quiet)
    if format is Format.json:
        write_json({"claims": [_row(verdict) for verdict in verdicts], "summary": summary})
    else:
        write_table(
            ("claim", "status", "method", "seconds"),
            ((v.id, v.status, v.method or "-", f"{v.seconds:.3f}") for v in verdicts),
        )
        for verdict in verdicts:
            if verdict.status != "proved":
                write_wrapped(f"{verdict.id}: {verdict.status}; {verdict.reason or verdict.counterexample}")
        for mutant in summary.get("survivors", ()):
            write_wrapped(f"survivor {mutant['id']}, {mutant['mutation']}: {mutant['claim']}")
        middle = {"median_seconds": f"{median(verdict.seconds for verdict in verdicts):.3f}"} if verdicts else {}
        write_fields({name: value for name, value in summary.items() if name != "survivors"} | middle)
    return _code(verdicts, strict)


def prove(
    claim: Annotated[str, typer.Argument(metavar='"LHS <= RHS"', help="A relation: <= < >= > ==.")],
    given: Annotated[list[str] | None, typer.Option("--given", metavar="HYPOTHESIS", help="May be repeated.")] = None,
    timeout: TimeoutOption = 10.0,
    strict: StrictOption = False,
    format: FormatOption = Format.table,
    quiet: QuietOption = False,
) -> int:
    """Prove or refute a claim of your own."""
    timeout = checked_timeout(timeout)
    from boundcheck import algebra

    verdict = algebra.prove(claim, given=tuple(given or ()), timeout=timeout)
    _write_verdict(verdict, format)
    return _code([verdict], strict)


def compare(
    quantity: Annotated[str, typer.Argument(metavar="QUANTITY", help="Such as lemma-1.beta.")],
    expression: Annotated[str, typer.Argument(metavar='"EXPR"', help="The constant as the paper prints it.")],
    tier: Annotated[str | None, typer.Option("--tier", help="paper, recursive, coupled or directional.")] = None,
    variant: Annotated[str | None, typer.Option("--variant", help="classic, sharpened or lyapunov.")] = None,
    given: Annotated[list[str] | None, typer.Option("--given", metavar="HYPOTHESIS", help="May be repeated.")] = None,
    timeout: TimeoutOption = 10.0,
    format: FormatOption = Format.table,
    quiet: QuietOption = False,
) -> int:
    """Compare a quantity with a constant that you type: equal, tighter, looser or incomparable."""
    timeout = checked_timeout(timeout)
    from boundcheck import algebra

    result = algebra.compare(quantity, expression, tuple(given or ()), tier=tier, variant=variant, timeout=timeout)
    shown = result.as_dict()
    if format is Format.json:
        write_json(shown)
    else:
        write_fields({name: value for name, value in shown.items() if not isinstance(value, (dict, list))})
    return HOLDS


def replay(
    files: Annotated[list[Path], typer.Argument(metavar="CERTIFICATE.json...", help="Certificates of any kind.")],
    format: FormatOption = Format.table,
    quiet: QuietOption = False,
) -> int:
    """Check certificates again with the small checker alone."""
    found = [entry for file in files for entry in _certificates(_read_json(file), file)]
    rows = [_replayed(name, certificate) for name, certificate in found]
    if format is Format.json:
        write_json(rows)
    else:
        write_table(("certificate", "kind", "accepted", "reason"), (tuple(row.values()) for row in rows))
    return HOLDS if all(row["accepted"] for row in rows) else REFUTED


def _read_json(file: Path) -> Any:
    import json

    with file.open("rb") as source:
        text = source.read(MAX_BYTES + 1)
    if len(text) > MAX_BYTES:
        message = f"a file of certificates may have at most {MAX_BYTES // 10**6} MB; {file} has more"
        raise ValueError(message)
    try:
        return json.loads(text.decode("utf-8"))
    except (ValueError, RecursionError) as error:
        message = f"a certificate must be a JSON file; got {file} ({str(error)[:100]})"
        raise ValueError(message) from error


def _certificates(content: Any, file: Path) -> list[tuple[str, dict[str, Any]]]:
    """Find the certificates in a file: one, a list, or what prove and check print as JSON."""
    items = content if isinstance(content, list) else [content]
    if isinstance(content, dict) and isinstance(content.get("claims"), list):
        items = content["claims"]
    found = []
    for item in items:
        inner = item.get("certificate") if isinstance(item, dict) and "kind" not in item else item
        if not isinstance(inner, dict) or "kind" not in inner:
            message = f"a certificate must be a JSON object with its `kind`; got {file}, where one is missing"
            raise ValueError(message)
        if inner["kind"] not in KINDS:
            message = f"the kinds of certificates are: {' '.join(KINDS)}; got {str(inner['kind'])[:40]!r} in {file}"
            raise ValueError(message)
        found.append((str(item.get("id", file.name)), inner))
    if not found:
        message = f"a certificate must be a JSON object with its `kind`; got an empty list in {file}"
        raise ValueError(message)
    return found


def _replayed(name: str, certificate: dict[str, Any]) -> dict[str, Any]:
    result: Any
    if certificate["kind"] == "risk-certificate":
        from boundcheck.certificates.replay import replay as check_risk

        result = check_risk(certificate)
    else:
        from boundcheck.algebra import replay as check_proof

        result = check_proof(certificate)
    return {"id": name, "kind": str(certificate["kind"]), "accepted": result.accepted, "reason": result.reason or "-"}


def _mutants(chosen: list[Any], timeout: float, quiet: bool) -> dict[str, Any]:
    from boundcheck import algebra

    with progress("planting errors", quiet) as tick:
        counts = algebra.mutate(chosen, timeout=timeout, progress=tick).as_dict()
    names = {"undecided": "mutants_undecided", "seconds": "mutation_seconds"}
    return {names.get(name, name): value for name, value in counts.items()}


def _row(verdict: Any) -> dict[str, Any]:
    names = ("id", "status", "method", "certificate", "counterexample", "seconds")
    return {name: getattr(verdict, name) for name in names}


def _summary(verdicts: list[Any]) -> dict[str, Any]:
    found = Counter(verdict.status for verdict in verdicts)
    return {"claims": len(verdicts), **{status: found[status] for status in ("proved", "refuted", "undecided")}}


def _write_verdict(verdict: Any, format: Format) -> None:
    if format is Format.json:
        write_json(_row(verdict))
        return
    shown = {"claim": verdict.id, "status": verdict.status, "method": verdict.method, "reason": verdict.reason}
    shown["counterexample"] = ", ".join(f"{k} = {v}" for k, v in (verdict.counterexample or {}).items())
    shown["seconds"] = f"{verdict.seconds:.3f}"
    write_fields({name: value for name, value in shown.items() if value})


def _code(verdicts: list[Any], strict: bool) -> int:
    statuses = {verdict.status for verdict in verdicts}
    if "refuted" in statuses:
        return REFUTED
    return UNDECIDED if strict and "undecided" in statuses else HOLDS
