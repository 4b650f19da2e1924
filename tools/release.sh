#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# release.sh - builds FOLDER/isthmus twice: once to watch it at work for a few seconds, and once as
# what was seen suggests (docs/adr/0010-profiled-release.md). Needs gcc.
#
#   tools/release.sh FOLDER
set -eu
cd "$(dirname "$0")/.."

folder=$1
jobs=${JOBS:-$(nproc)}
sockets=$(mktemp -d)
edge=
trap 'kill $edge 2>/dev/null || true; rm -rf "$sockets"' EXIT

build() {
    ninja -C "$folder" -j "$jobs" isthmus bench/load
}

load() {
    "$folder/bench/load" --connect "unix:$sockets/edge" --backend "unix:$sockets/core" "$@" \
        >"$sockets/figures"
    grep -q '^errors 0\.0' "$sockets/figures" || { cat "$sockets/figures"; exit 1; }
}

begin_edge() {
    "$folder/isthmus" edge --listen "unix:$sockets/edge" --core "unix:$sockets/core" --workers 1 \
        --log-level warn "$@" &
    edge=$!
    while [ ! -S "$sockets/edge" ]; do sleep 0.1; done
}

end_edge() {
    kill "$edge"
    wait "$edge"
}

rm -rf "$folder"
tools/configure.sh "$folder" --buildtype=release -Db_lto=true -Db_pgo=generate
build

echo "release: watching it at work"
begin_edge
load --duration-ms 3000
load --duration-ms 3000 --mode stream --connections 100 --tokens 100
end_edge
key=$("$folder/isthmus" keys add a --data-dir "$sockets/data" --rpm 10000000 --tpm 100000000 \
    --concurrency 1000 --budget-usd-month 1000)
begin_edge --auth keys --data-dir "$sockets/data"
load --key "$key" --duration-ms 3000
end_edge

# Of code that was not at work there is no profile: no reason to warn.
meson configure "$folder" -Db_pgo=use -Dc_args=-Wno-missing-profile
build
