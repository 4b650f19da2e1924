#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# run.sh - the edge in front of real inference engines; `make test-engines` ends here.
#
#   run.sh [pytest's options]
#
#   ISTHMUS   the program; build/isthmus unless told
#   ENGINES   which ones to get, see provide.py; llama-server unless told
#   JOBS      compilers at once; 2 unless told
#
# What it needs is kept in ${XDG_CACHE_HOME:-~/.cache}/isthmus/engines, and may be removed any time.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
root=$here/../..
cache=${XDG_CACHE_HOME:-$HOME/.cache}/isthmus/engines
venv=$cache/venv
export PYTHONDONTWRITEBYTECODE=1
export ISTHMUS="${ISTHMUS:-$root/build/isthmus}"

skip() {
    echo "engines: ALL SKIPPED: $*"
    exit 0
}

make_venv() {
    sum=$(cat "$here/requirements.txt" "$here/../requirements.txt" | cksum)
    [ "$(cat "$venv/isthmus-stamp" 2>/dev/null)" != "$sum" ] || return 0
    echo "engines: making $venv"
    rm -rf "$venv"
    mkdir -p "$cache"
    python3 -m venv "$venv" || skip "python3 -m venv failed; is python3-venv installed?"
    "$venv/bin/pip" install --quiet --disable-pip-version-check -r "$here/requirements.txt" ||
        skip "pip could not install tests/engines/requirements.txt; is there a network?"
    echo "$sum" >"$venv/isthmus-stamp"
}

make_venv
export PATH="$venv/bin:$PATH"
# shellcheck disable=SC2086 # names, to be split
python "$here/provide.py" ${ENGINES:-}
exec python -m pytest -q -rs --tb=short -p no:cacheprovider --rootdir "$here" "${@:-$here}"
