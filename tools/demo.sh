#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# demo.sh - shows the program at work: an edge in front of a simulated engine, one plain and one
# streamed request, and what came. Only loopback, free ports; everything is stopped behind it.
#
#   tools/demo.sh [build/isthmus]
set -eu
cd "$(dirname "$0")/.."

isthmus=${1:-build/isthmus}
folder=$(mktemp -d)
pids=
# What the first line of a daemon that is ready ends in: the address, maybe behind http://.
ready='s|^isthmus [a-z]*: [a-z]* on \(http://\)\{0,1\}\([^ ,]*\).*|\2|p'
question='"model":"sim","max_tokens":12,"messages":[{"role":"user","content":"What joins lands?"}]'

stop() {
    # shellcheck disable=SC2086 # process ids, to be split
    [ -z "$pids" ] || kill $pids 2>/dev/null || true
    wait
    rm -rf "$folder"
}
trap stop EXIT
trap 'exit 1' INT TERM

# start NAME ARGUMENTS...: runs `isthmus NAME` in the background and sets `address`.
start() {
    name=$1
    : >"$folder/$name.log"
    "$isthmus" "$@" --listen 127.0.0.1:0 2>"$folder/$name.log" &
    pids="$! $pids"
    tries=0
    while address=$(sed -n "$ready" "$folder/$name.log"); [ -z "$address" ]; do
        tries=$((tries + 1))
        if [ "$tries" -gt 100 ] || ! kill -0 "$!" 2>/dev/null; then
            echo "isthmus $name did not start:" >&2
            cat "$folder/$name.log" >&2
            exit 1
        fi
        sleep 0.1
    done
}

# ask BODY: prints the answer as it comes.
ask() {
    if command -v curl >/dev/null; then
        curl -sSN -H 'Content-Type: application/json' -d "$1" "$url/chat/completions"
    else
        python3 - "$url/chat/completions" "$1" <<'END'
import sys, urllib.request
request = urllib.request.Request(sys.argv[1], sys.argv[2].encode(),
                                 {"Content-Type": "application/json"})
for line in urllib.request.urlopen(request, timeout=30):
    print(line.decode(), end="", flush=True)
END
    fi
}

start sim --ttft 50ms --itl 20ms
engine=$address
start edge --core "http://$engine"
url=http://$address/v1

printf '\nA simulated engine listens on %s, an edge in front of it on %s.\n' "$engine" "$address"
printf '\n--- a plain request, through the edge\n'
ask "{$question}"
printf '\n--- the same one, streamed\n'
ask "{$question,\"stream\":true}"

printf '\n--- stopping: SIGTERM, and the edge exits when its streams have ended\n'
edge_pid=${pids%% *}
kill -TERM "$edge_pid"
status=0
wait "$edge_pid" || status=$?
pids=${pids#* }
printf 'the edge exited with %s\n' "$status"

cat <<END

Now try it yourself, in two terminals:

    $isthmus sim  --listen 127.0.0.1:8000 --ttft 50ms --itl 20ms
    $isthmus edge --listen 127.0.0.1:8080 --core http://127.0.0.1:8000

and point any OpenAI client at http://127.0.0.1:8080/v1 (README.md shows curl and Python).
With a real engine (vLLM, SGLang, llama.cpp, ...) only the --core address changes.
END
exit "$status"
