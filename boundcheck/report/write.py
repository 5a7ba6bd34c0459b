"""Put a report into a folder: every form of it, file by file, report.json last."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from boundcheck.report.files import check_folder, dump, replace_all
from boundcheck.report.kept import forget

STALE = ("figures/*.svg", "certificates/*.json")


def write(report: Any, out: str | os.PathLike[str]) -> Path:
    """Write report.html, report.md, report.tex, report.json, figures/ and certificates/ into a folder.

    Raises:  ValueError if the folder cannot be written to; nothing has been written then.
    """
    folder = check_folder(out)
    files = contents(report)
    try:
        replace_all(folder, files, report.data, STALE)
    except OSError as error:
        message = f"the report could not be written; got {error.strerror} at {folder} (what was measured is kept there)"
        raise OSError(message) from error
    forget(folder)
    return folder


def contents(report: Any) -> dict[str, bytes]:
    """Return every file of a report but report.json, by its path in the folder."""
    from boundcheck.report.html import render as render_html
    from boundcheck.report.markdown import render as render_markdown
    from boundcheck.report.tex import render as render_tex

    files = {
        "report.html": render_html(report).encode(),
        "report.md": render_markdown(report).encode(),
        "report.tex": render_tex(report).encode(),
    }
    files |= {figure.file: figure.standalone.encode() for figure in report.figures.values()}
    return files | {f"certificates/{name}.json": dump(content) for name, content in report.certificates.items()}
