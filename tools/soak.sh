#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# soak.sh - what takes longer than a change should wait, by default an hour or so.
#
#   SOAK_SEEDS=20000          simulated worlds
#   SOAK_FUZZ_SECONDS=600     for each fuzz target
set -eu
cd "$(dirname "$0")/.."

export FUZZ_SECONDS="${SOAK_FUZZ_SECONDS:-600}"
export ISTHMUS_SEEDS="${SOAK_SEEDS:-20000}"
STAGES="clang fuzz" bash .ci/run
tools/configure.sh build-test
ninja -C build-test
tools/run_tests.py build-test --suite sim --timeout-multiplier 100
