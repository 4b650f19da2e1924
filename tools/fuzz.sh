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
mkdir "$scratch/found" "$scratch/new"

[ -d "$corpus" ] || {
    echo "fuzz.sh: $target has no corpus in $corpus" >&2
    exit 1
}

fuzz() {
    "$target" -timeout=10 -rss_limit_mb=2048 -verbosity=0 -report_slow_units=60 \
        -artifact_prefix="$scratch/found/crash-$name-" "$@" >>"$scratch/log" 2>&1
}

# libFuzzer measures by the clock on the wall: on a machine that is paused for a while any input
# seems slow. A slow input is believed if it is slow again.
only_the_machine_stalled() {
    for found in "$scratch/found"/*; do
        case $found in
        *-timeout-*) fuzz "$found" || return 1 ;;
        *) return 1 ;;
        esac
    done
}

set -- -max_total_time="${FUZZ_SECONDS:-30}" -print_final_stats=1
[ ! -f "$dictionary" ] || set -- "$@" -dict="$dictionary"
note=
if ! fuzz "$@" "$scratch/new" "$corpus"; then
    only_the_machine_stalled || {
        tail -n 60 "$scratch/log" >&2
        cp "$scratch/found"/* . 2>/dev/null || true
        echo "fuzz $name: FAILED" >&2
        exit 1
    }
    note=" until the machine stalled"
fi
inputs=$(sed -n 's/^stat::number_of_executed_units: *//p' "$scratch/log" | head -n 1)
echo "fuzz $name: ok, $inputs inputs$note"
