#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# soak.sh - what takes longer than a change should wait, by default two hours or so.
#
#   SOAK_SEEDS=20000          simulated worlds, behind the thousand that CI runs
#   SOAK_KILLS=1000           writers of a real store, and ten times as many simulated crashes
#   SOAK_SECONDS=600          a mixed load on a real edge, while its engines' faults change
#   SOAK_FUZZ_SECONDS=600     for each fuzz target
#
# Each part goes on to the next, so that one run tells all that is wrong.
set -eu
cd "$(dirname "$0")/.."

jobs=$(nproc)
failed=

worlds() {
    seeds=${SOAK_SEEDS:-20000}
    each=$(((seeds + jobs - 1) / jobs))
    tools/configure.sh build-test && ninja -C build-test tests/sim/worlds &&
        seq 1001 "$each" $((1000 + seeds)) |
        xargs -P "$jobs" -I FIRST build-test/tests/sim/worlds FIRST "$each"
}

store() {
    kills=${SOAK_KILLS:-1000}
    tools/configure.sh build-test &&
        ninja -C build-test tests/processes/store_killed tests/sim/store_crash \
            tests/unit/store/test_store_out_of_memory &&
        build-test/tests/unit/store/test_store_out_of_memory &&
        build-test/tests/processes/store_killed build-test/soak-store "$kills" &&
        build-test/tests/sim/store_crash 101 "$kills"
}

load() {
    PYTHONDONTWRITEBYTECODE=1 ISTHMUS=build/isthmus \
        python3 tests/soak/soak.py "${SOAK_SECONDS:-600}"
}

fuzz() {
    FUZZ_SECONDS="${SOAK_FUZZ_SECONDS:-600}" STAGES="clang fuzz" bash .ci/run
}

for part in worlds store load fuzz; do
    echo "===== soak: $part ====="
    "$part" || failed="$failed $part"
done
echo "soak: ${failed:+failed:}${failed:-all passed}"
[ -z "$failed" ]
