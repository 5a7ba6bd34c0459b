#!/usr/bin/env bash
# Run the stored notebooks; fail if one raises, takes over a minute, differs from its source or prints something else.
set -euo pipefail
cd "$(git -C "$(dirname "${BASH_SOURCE[0]}")" rev-parse --show-toplevel)"
OPENBLAS_NUM_THREADS=1 "${PYTHON:-.venv/bin/python}" notebooks/build.py --check
