#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# setup.sh - installs what building, testing, checking or measuring Isthmus needs, and only what
# is missing.
#
#   tools/setup.sh [build|test|check|bench] ...      (default: build)
#
# build   compiler, Meson, Ninja and the libraries
# test    build, and cmocka, .venv with the Python clients, the Node client, the Go client's suite
# check   test, and clang, its sanitizer and fuzzing runtimes, clang-format, clang-tidy, cppcheck
# bench   build, and nginx and HAProxy to compare with (your distribution may start them: stop them)
#
# A thing is missing when the probe of its row in needs() fails: what you installed in another way
# counts, and when nothing is missing neither the package manager nor the network is asked.
# Known: Debian 12, Debian 13, Ubuntu 24.04, as root or by sudo. Elsewhere it names the packages.
set -eu
cd "$(dirname "$0")/.."

next_sources=/etc/apt/sources.list.d/isthmus-next.sources
next_preferences=/etc/apt/preferences.d/isthmus-next
llvm=14 # what formats and judges the code, so that everybody's machine says the same

say() {
    printf 'setup: %s\n' "$*"
}

fail() {
    printf 'setup: %s\n' "$@" >&2
    exit 1
}

# --- what is needed -----------------------------------------------------------------------------

# One need a row: level, probe, what is probed, package.
needs() {
    cat <<END
build  command  cc             gcc
build  file     /usr/include/stdio.h libc6-dev
build  command  python3        python3
build  command  meson          meson
build  command  ninja          ninja-build
build  command  pkg-config     pkgconf
build  library  libuv          libuv1-dev
build  library  libllhttp      libllhttp-dev
build  library  yyjson         libyyjson-dev
build  library  openssl        libssl-dev
build  library  yaml-0.1       libyaml-dev
build  library  zlib           zlib1g-dev
build  library  libxxhash      libxxhash-dev
build  library  sqlite3        libsqlite3-dev
test   library  cmocka         libcmocka-dev
test   command  curl           curl
test   command  openssl        openssl
test   venv     ensurepip      python3-venv
test   command  node           nodejs
test   npm      npm            npm
test   go       go             golang-go
check  command  clang$llvm_suffix        clang$llvm_suffix
check  command  clang-format$llvm_suffix clang-format$llvm_suffix
check  command  clang-tidy$llvm_suffix   clang-tidy$llvm_suffix
check  runtime  fuzzer         libclang-rt$llvm_suffix-dev
check  command  cppcheck       cppcheck
bench  command  openssl        openssl
bench  command  nginx          nginx
bench  command  haproxy        haproxy
END
}

is_present() {
    case $1 in
    command) command -v "$2" >/dev/null || [ -x "/usr/sbin/$2" ] ;;
    library) command -v pkg-config >/dev/null && pkg-config --exists "$2" ;;
    file) [ -e "$2" ] ;;
    venv) venv_is_current || python3 -c 'import ensurepip' 2>/dev/null ;;
    npm) node_modules_are_current || command -v npm >/dev/null ;;
    go) go_suite_is_current || command -v go >/dev/null ;;
    runtime) has_fuzzer_runtime ;;
    esac
}

has_fuzzer_runtime() {
    clang=$(command -v "clang$llvm_suffix") || return 1
    ls "$("$clang" -print-resource-dir)"/lib/linux/libclang_rt.fuzzer-*.a >/dev/null 2>&1
}

missing_packages() {
    needs | while read -r level probe what package; do
        case " $levels " in *" $level "*) ;; *) continue ;; esac
        is_present "$probe" "$what" || printf '%s ' "$package"
    done
}

# A command line's levels, each with the levels that it includes.
expand_levels() {
    for level in "$@"; do
        case $level in
        build) echo build ;;
        test) echo build test ;;
        check) echo build test check ;;
        bench) echo build bench ;;
        esac
    done | tr '\n' ' '
}

# --- the distribution's packages ----------------------------------------------------------------

known_distribution() {
    [ -r /etc/os-release ] || return 1
    # shellcheck disable=SC1091 # the machine's own file
    distribution=$(. /etc/os-release && echo "${ID:-} ${VERSION_ID:-}")
    case $distribution in
    "debian 12" | "debian 13" | "ubuntu 24.04") command -v apt-get >/dev/null ;;
    *) return 1 ;;
    esac
}

as_root() {
    if [ "$(id -u)" = 0 ]; then
        env DEBIAN_FRONTEND=noninteractive "$@"
    else
        sudo env DEBIAN_FRONTEND=noninteractive "$@"
    fi
}

install_packages() {
    packages=$1
    by_hand="Please install by hand: $packages"
    known_distribution ||
        fail "this is not Debian 12, Debian 13 or Ubuntu 24.04, so I leave the packages to you." \
            "$by_hand(Debian's names)"
    [ "$(id -u)" = 0 ] || command -v sudo >/dev/null ||
        fail "packages are missing, and I am neither root nor is there sudo." "$by_hand"

    say "installing on $distribution: $packages"
    as_root apt-get update -q </dev/null ||
        fail "apt-get update failed (see above): no network, or a broken package source." "$by_hand"
    allow_two_from_next "$packages"
    # shellcheck disable=SC2086 # package names, to be split
    as_root apt-get install -q -y --no-install-recommends -o DPkg::Lock::Timeout=120 $packages \
        </dev/null || fail "apt-get install failed (see above)." "$by_hand"
}

# Debian 12 and Ubuntu 24.04 have neither llhttp nor yyjson. Their packages of the next (long-term)
# release need only an old libc: we let apt see that release, and pin it so that nothing but these
# two can come from there. The mirror is the one that the machine already uses.
allow_two_from_next() {
    case " $1 " in *" libllhttp-dev "* | *" libyyjson-dev "*) ;; *) return 0 ;; esac
    case $distribution in
    "debian 12") codename=bookworm next=trixie component=main keyring=debian-archive-keyring ;;
    "ubuntu 24.04")
        codename=noble next=resolute component=universe keyring=ubuntu-archive-keyring
        ;;
    *) return 0 ;;
    esac
    if apt-cache show libllhttp-dev libyyjson-dev >/dev/null 2>&1; then
        return 0
    fi
    by_hand="Please install by hand, from the release '$next': libllhttp-dev libyyjson-dev"
    mirror=$(mirror_of "$codename")
    [ -n "$mirror" ] || fail "no mirror of '$codename' among the package sources." "$by_hand"

    say "writing $next_sources and $next_preferences: llhttp and yyjson come from '$next'"
    as_root tee "$next_preferences" >/dev/null <<END
Package: *
Pin: release n=$next
Pin-Priority: -10

Package: libllhttp-dev libllhttp9* libyyjson-dev libyyjson0
Pin: release n=$next
Pin-Priority: 100
END
    as_root tee "$next_sources" >/dev/null <<END
Types: deb
URIs: $mirror
Suites: $next
Components: $component
Signed-By: /usr/share/keyrings/$keyring.gpg
END
    as_root apt-get update -q </dev/null || {
        as_root rm -f "$next_sources" "$next_preferences"
        fail "apt-get update failed with $next_sources (see above); it is removed again." "$by_hand"
    }
}

# Where this machine takes the release itself from, not its updates or security fixes.
mirror_of() {
    apt-get indextargets --format '$(RELEASE) $(REPO_URI)' 'Created-By: Packages' "Codename: $1" |
        awk '$1 !~ /-/ { print $2; exit }'
}

# clang 14 where the distribution has it (Debian 12, Ubuntu 24.04), else what it calls clang.
choose_llvm() {
    llvm_suffix=-$llvm
    case " $levels " in *" check "*) ;; *) return 0 ;; esac
    command -v "clang-$llvm" >/dev/null && return 0
    if known_distribution && [ "$distribution" = "debian 13" ]; then
        llvm_suffix=
        say "no clang $llvm in this release: clang-tidy is the release's own and may say other" \
            "things; clang-format $llvm comes by pip"
    fi
}

# --- the clients that scenario tests use --------------------------------------------------------

# A folder is current when its stamp holds the sum of the files that it was made from.
sum_of() {
    cat "$@" | cksum
}

venv_is_current() {
    [ -x .venv/bin/python ] && [ "$(cat .venv/isthmus-stamp 2>/dev/null)" = "$(venv_sum)" ]
}

venv_sum() {
    sum_of tests/requirements.txt
}

make_venv() {
    venv_is_current && return 0
    say "making .venv from tests/requirements.txt"
    rm -rf .venv
    python3 -m venv .venv || fail "python3 -m venv failed." "Please install by hand: python3-venv"
    .venv/bin/pip install --quiet --disable-pip-version-check -r tests/requirements.txt ||
        fail "pip could not install tests/requirements.txt (see above); is there a network?"
    fetch_suites
    venv_sum >.venv/isthmus-stamp
}

# The source packages of the clients hold their test suites, which also run through the edge.
fetch_suites() {
    for package in $(grep -E '^(openai|anthropic)==' tests/requirements.txt); do
        .venv/bin/pip download --quiet --disable-pip-version-check --no-deps \
            --no-binary "${package%%==*}" --dest .venv/sources "$package" ||
            fail "pip could not fetch the source of $package (see above); is there a network?"
        tar -xzf ".venv/sources/$(echo "$package" | sed 's/==/-/').tar.gz" -C .venv/sources ||
            fail "the source of $package is no archive that tar can read."
    done
}

node_sum() {
    sum_of tests/scenario/node/package.json tests/scenario/node/package-lock.json
}

node_modules_are_current() {
    [ "$(cat tests/scenario/node/node_modules/isthmus-stamp 2>/dev/null)" = "$(node_sum)" ]
}

make_node_modules() {
    node_modules_are_current && return 0
    say "installing the Node client in tests/scenario/node"
    (cd tests/scenario/node && npm ci --silent --no-audit --no-fund) ||
        fail "npm ci in tests/scenario/node failed; is there a network?"
    node_sum >tests/scenario/node/node_modules/isthmus-stamp
}

go_sum() {
    sum_of tests/scenario/go/imports.go tests/scenario/go/go.mod tests/scenario/go/go.sum
}

go_suite_is_current() {
    [ "$(cat .venv/go/isthmus-stamp 2>/dev/null)" = "$(go_sum)" ]
}

# The Go client's tests as a program, so that a test run needs neither compiler nor network.
make_go_suite() {
    go_suite_is_current && return 0
    say "compiling the Go client's tests into .venv/go"
    suite=$PWD/.venv/go
    (cd tests/scenario/go && GOPATH=$suite/path GOCACHE=$suite/cache GOFLAGS=-modcacherw \
        GOWORK=off GOTOOLCHAIN=local \
        go test -c -o "$suite/openai-go.test" github.com/openai/openai-go) ||
        fail "the Go client's tests could not be compiled (see above); is there a network?"
    rm -rf "$suite/cache"
    go_sum >"$suite/isthmus-stamp"
}

make_formatter() {
    [ -z "$llvm_suffix" ] || return 0
    [ -x .venv/bin/clang-format ] && return 0
    say "installing clang-format $llvm into .venv"
    .venv/bin/pip install --quiet --disable-pip-version-check "clang-format==$llvm.*" ||
        fail "pip could not install clang-format $llvm; is there a network?"
}

# ------------------------------------------------------------------------------------------------

for level in "$@"; do
    case $level in
    build | test | check | bench) ;;
    *) fail "unknown level '$level'; there are: build test check bench" ;;
    esac
done
levels=$(expand_levels "${@:-build}")
choose_llvm
packages=$(missing_packages)
[ -z "$packages" ] || install_packages "$packages"
case " $levels " in *" test "*)
    make_venv
    make_node_modules
    make_go_suite
    ;;
esac
case " $levels " in *" check "*) make_formatter ;; esac
say "all there for: $(echo "$levels" | tr ' ' '\n' | sort -u | tr '\n' ' ')"
