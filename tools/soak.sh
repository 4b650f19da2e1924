#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# soak.sh - what takes longer than a change should wait, by default an hour or so.
#
#   SOAK_SEEDS=20000          simulated worlds
#   SOAK_FUZZ_SECONDS=600     for each fuzz target
set -eu
cd "$(dirname "$0")/.."

tools/configure.sh build-test
ninja -C build-test tests/sim/worlds
build-test/tests/sim/worlds 1001 "${SOAK_SEEDS:-20000}" # CI runs the first thousand

FUZZ_SECONDS="${SOAK_FUZZ_SECONDS:-600}" STAGES="clang fuzz" bash .ci/run
