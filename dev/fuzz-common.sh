# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# What the scripts that fuzz share. Sourced, not run.
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"

seconds=${1:-60}
input_bytes_max=65536
modules=$cache/fuzz/modules
mkdir -p "$modules"
fuzz_flags=(-O -wmo -swift-version 6 -package-name tributary -parse-as-library -suppress-warnings
  "-sanitize=fuzzer,address" -enable-upcoming-feature InternalImportsByDefault -I "$modules")
for library in CNghttp2 CUV CLZ4 CZlib CZstd CYAML CCares CMalloc CPCRE2; do
  fuzz_flags+=(-I "Sources/$library")
done

# Of the modules so far, for the linker.
objects=()

# module NAME...: instrumented objects of modules, each behind those that it imports, and their
# interfaces; of a program all but its first lines. What has not changed since is kept.
module() {
  local name sources object before=
  for name; do
    object=$modules/$name.o
    objects+=("$object")
    if [ -f "$object" ] && { [ -z "$before" ] || [ "$object" -nt "$before" ]; } &&
      [ -z "$(find "Sources/$name" -newer "$object" -print -quit)" ]; then
      before=$object
      continue
    fi
    before=$object
    mapfile -t sources < <(find "Sources/$name" -name '*.swift' ! -name main.swift)
    rm -f "$object"
    swiftc "${fuzz_flags[@]}" -enable-testing -emit-module \
      -emit-module-path "$modules/$name.swiftmodule" \
      -emit-object -o "$object" -module-name "$name" "${sources[@]}"
  done
}

# fuzz NAME FILE...: builds the harness of that name, with more sources and the modules so far, and
# runs it for $seconds from its kept cases on. What it finds new goes to .cache/fuzz.
fuzz() {
  local found=$cache/fuzz/$1
  mkdir -p "$found"
  swiftc "${fuzz_flags[@]}" -use-ld=lld -o "$found.fuzzer" -module-name "$1" \
    "Tests/Fuzz/$1.swift" "${@:2}" "${objects[@]}"
  echo "fuzz: $1 for $seconds s"
  SWIFT_BACKTRACE=enable=no ASAN_OPTIONS=detect_leaks=1 \
    LSAN_OPTIONS=suppressions=dev/leak-suppressions.txt:print_suppressions=0 "$found.fuzzer" \
    -max_total_time="$seconds" -timeout=10 -rss_limit_mb=2048 -max_len="$input_bytes_max" \
    -artifact_prefix="$found-" -print_final_stats=0 -verbosity=1 -close_fd_mask=1 \
    "$found" "Tests/Fuzz/$1.corpus" 2>"$found.log" || {
    tail -40 "$found.log"
    exit 1
  }
  tail -1 "$found.log"
}
