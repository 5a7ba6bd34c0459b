#!/usr/bin/env bash
# Make the report of preset quick again. Fail where a verdict or a certified value differs from reports/quick, where the
# algebra of another committed report differs from it (that does not depend on the configuration), where a file of a
# committed report does not have the hash in its report.json, or where a certificate of one does not replay.
set -euo pipefail
cd "$(git -C "$(dirname "${BASH_SOURCE[0]}")" rev-parse --show-toplevel)"
bin=${BIN:-.venv/bin}
fresh=$(mktemp -d)
trap 'rm -rf "$fresh"' EXIT

for report in reports/*/report.json; do
  "$bin/python" -c 'import sys; from boundcheck.report.files import verify; wrong = verify(sys.argv[1])
sys.exit(f"{sys.argv[1]}: not what report.json says: {wrong}" if wrong else 0)' "$(dirname "$report")"
done
# A certificate on the risk trains its run again, which takes up to three minutes: meanwhile the rest is done.
replays=$(mktemp -d)
trap 'rm -rf "$fresh" "$replays"' EXIT
waited=()
for name in quick paper sunspots; do
  "$bin/boundcheck" replay "reports/$name/certificates/risk.json" --quiet >"$replays/$name" &
  waited+=($!)
done
"$bin/boundcheck" replay reports/*/certificates/algebra-*.json --quiet >"$replays/algebra" || { cat "$replays/algebra"; exit 1; }
status=0
"$bin/boundcheck" report --preset quick --out "$fresh" --quiet || status=$?
[ "$status" -le 1 ] || exit "$status"
"$bin/boundcheck" replay "$fresh/certificates/risk.json"
"$bin/python" -m boundcheck.report.staleness "$fresh" reports/quick
for name in paper sunspots; do
  "$bin/python" -m boundcheck.report.staleness --algebra "$fresh" "reports/$name"
done
for process in "${waited[@]}"; do
  wait "$process" || { cat "$replays"/*; exit 1; }
done
