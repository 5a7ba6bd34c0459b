#!/usr/bin/env bash
# Build the API reference from the docstrings; fail if it cannot be built.
set -euo pipefail
cd "$(git -C "$(dirname "${BASH_SOURCE[0]}")" rev-parse --show-toplevel)"
"${PYTHON:-.venv/bin/python}" -m boundcheck.report.reference "${1:-build/reference.html}"
