#!/usr/bin/env bash
# The test of a target, the same inputs every time:
#   short_run.sh <program> <folder for what it finds, emptied first> <seeds> <runs>
set -euo pipefail
rm -rf "$2"
mkdir -p "$2/corpus"
exec "$1" -runs="$4" -seed=1 -timeout=30 -rss_limit_mb=3000 -reload=0 -verbosity=0 -artifact_prefix="$2/" "$2/corpus" "$3"
