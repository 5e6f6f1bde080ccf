# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# What the scripts of this folder share. Sourced, not run.

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cache=$root/.cache
mkdir -p "$cache"
cd "$root" || exit 1

say() { printf '\033[1m%s\033[0m\n' "$*" >&2; }

fail() {
  printf '%s\n' "$*" >&2
  exit 1
}

as_root() {
  if [ "$(id -u)" = 0 ]; then "$@"; else sudo "$@"; fi
}

# Installs those of the given Debian packages that are missing. Does nothing when none is.
need() {
  local missing=() package
  for package in "$@"; do
    dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q ' installed$' ||
      missing+=("$package")
  done
  [ ${#missing[@]} = 0 ] && return
  say "installing ${missing[*]}"
  as_root env DEBIAN_FRONTEND=noninteractive apt-get update -qq >&2 ||
    fail "apt-get update failed"
  # No runlevel: what is installed is not started as a service.
  as_root env DEBIAN_FRONTEND=noninteractive RUNLEVEL=1 apt-get install -y -qq \
    --no-install-recommends "${missing[@]}" >"$cache/apt.log" 2>&1 ||
    fail "apt-get could not install them; see .cache/apt.log"
}

# What a build of the package links against.
need_libraries() {
  need pkg-config libnghttp2-dev libuv1-dev liblz4-dev zlib1g-dev libzstd-dev libyaml-dev \
    libc-ares-dev libpcre2-dev
  command -v swift >/dev/null || fail "needs a Swift 6.3 toolchain on the PATH (swift.org/install)"
}

# Builds the named products for release and prints the folder they are in. Fails by its status:
# a script's `set -e` does not hold inside of $(...).
build_release() {
  local product
  need_libraries
  for product in "$@"; do
    swift build -c release --product "$product" >&2 || return
  done
  swift build -c release --show-bin-path
}

# Waits until file $1 has a line that starts with $2 (at most $3 seconds, as long as process $4
# lives), and prints the line.
await_line() {
  local tries=$(($3 * 20)) line
  while [ $tries -gt 0 ]; do
    line=$(grep -m1 "^$2" "$1" 2>/dev/null) && printf '%s\n' "$line" && return
    kill -0 "$4" 2>/dev/null || return 1
    sleep 0.05
    tries=$((tries - 1))
  done
  return 1
}

# Ends process $1 if it still runs: TERM, and KILL after ten seconds.
end_process() {
  local tries=200
  kill -TERM "$1" 2>/dev/null || return 0
  while kill -0 "$1" 2>/dev/null; do
    tries=$((tries - 1))
    [ $tries -gt 0 ] || { kill -KILL "$1" 2>/dev/null || true; }
    [ $tries -gt -20 ] || break
    sleep 0.05
  done
  wait "$1" 2>/dev/null || true
}

# A Python with the packages of Tests/Interop/requirements.txt in .cache/venv; prints its path.
# Made anew when the list has changed.
python_environment() {
  local wanted=$root/Tests/Interop/requirements.txt venv=$cache/venv
  if ! cmp -s "$wanted" "$venv/requirements.txt"; then
    need python3 python3-venv
    say "making the Python environment in .cache/venv"
    rm -rf "$venv"
    /usr/bin/python3 -m venv "$venv" >&2 || return
    "$venv/bin/pip" install --quiet --disable-pip-version-check -r "$wanted" >&2 || return
    cp "$wanted" "$venv/requirements.txt"
  fi
  printf '%s\n' "$venv/bin/python"
}
