#!/usr/bin/env bash
# readme_block.sh <page> <heading> <language> <number>
# Prints the number-th ```language block of a page's section (of what stands before the first section for the heading
# ""), and fails where there is none.
set -euo pipefail
awk -v heading="## $2" -v fence="\`\`\`$3" -v number="$4" '
    BEGIN { inside = heading == "## " }
    /^## / { inside = $0 == heading }
    printing && /^```$/ { exit }
    printing { print; found = 1 }
    inside && $0 == fence && ++count == number { printing = 1 }
    END { exit !found }
' "$1" || { echo "error: $1 has no block $4 of $3 in its section \"$2\"" >&2; exit 1; }
