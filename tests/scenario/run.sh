#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# run.sh - runs scenario tests with the tree's own .venv.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
python=$here/../../.venv/bin/python

[ -x "$python" ] && [ -d "$here/node/node_modules" ] || {
    echo "the clients for scenario tests are missing: run tools/setup.sh test" >&2
    exit 1
}
export PYTHONDONTWRITEBYTECODE=1
# The asynchronous tests of the clients' own suites want the plugin; ours do without it.
exec "$python" -m pytest -q --tb=short -p no:cacheprovider -p no:asyncio --rootdir "$here" "$@"
