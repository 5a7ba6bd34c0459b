#!/usr/bin/env bash
# Make the committed reports of preset quick again; fail where a verdict or a certified value differs.
set -euo pipefail
cd "$(git -C "$(dirname "${BASH_SOURCE[0]}")" rev-parse --show-toplevel)"
python=${PYTHON:-.venv/bin/python}
fresh=$(mktemp -d)
trap 'rm -rf "$fresh"' EXIT

for committed in reports/*/report.json; do
  [ -e "$committed" ] || { echo "no committed reports"; exit 0; }
  folder=$(dirname "$committed")
  "$python" - "$committed" "$fresh/$(basename "$folder")" <<'PY'
import json, sys
from pathlib import Path
import boundcheck as bc
committed, out = map(Path, sys.argv[1:])
config = json.loads(committed.read_text(encoding="utf-8"))["meta"]["config"]
if config["preset"] == "quick":
    config.pop("binary_floats", None)
    bc.report(config).save(out)
PY
  [ -d "$fresh/$(basename "$folder")" ] || { echo "$folder: not of preset quick, not made again"; continue; }
  "$python" -m boundcheck.report.staleness "$fresh/$(basename "$folder")" "$folder"
done
