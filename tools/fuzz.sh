#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# fuzz.sh - runs one fuzz target over its corpus and then FUZZ_SECONDS (30) longer.
#
#   tools/fuzz.sh build-fuzz/tests/fuzz/fuzz_sse
#
# The corpus is tests/fuzz/corpus/sse, the dictionary tests/fuzz/sse.dict if there is one. What the
# run finds new goes to a scratch folder, not into the tree; a crash is kept as crash-sse-*.
set -eu
cd "$(dirname "$0")/.."

target=$1
name=$(basename "$target" | sed 's/^fuzz_//')
dictionary=tests/fuzz/$name.dict
corpus=tests/fuzz/corpus/$name
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

[ -d "$corpus" ] || {
    echo "fuzz.sh: $target has no corpus in $corpus" >&2
    exit 1
}
set -- -max_total_time="${FUZZ_SECONDS:-30}" -timeout=10 -rss_limit_mb=2048 -verbosity=0 \
    -print_final_stats=1 -artifact_prefix="crash-$name-"
[ ! -f "$dictionary" ] || set -- "$@" -dict="$dictionary"

"$target" "$@" "$scratch" "$corpus" >"$scratch/log" 2>&1 || {
    tail -n 60 "$scratch/log" >&2
    echo "fuzz $name: FAILED" >&2
    exit 1
}
echo "fuzz $name: ok, $(sed -n 's/^stat::number_of_executed_units: *//p' "$scratch/log") inputs"
