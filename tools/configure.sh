#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# configure.sh - makes a Meson build folder, unless it is there and made with the same options.
#
#   tools/configure.sh FOLDER [meson setup options ...]     (CC is honoured)
set -eu
cd "$(dirname "$0")/.."

folder=$1
shift
stamp=$folder/isthmus-options
wanted="CC=${CC:-} $*"

if [ -f "$folder/build.ninja" ]; then
    [ "$(cat "$stamp" 2>/dev/null)" != "$wanted" ] || exit 0
    echo "configure: $folder was made with other options, making it anew"
    set -- --wipe "$@"
fi
meson setup "$folder" "$@"
printf '%s\n' "$wanted" >"$stamp"
