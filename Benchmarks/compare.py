# SPDX-License-Identifier: Apache-2.0
"""The same load on a node and on the Go server of the same contract, one after the other."""

import argparse
from pathlib import Path

from figures import generate, table
from node import Node, Server

CPU, THROUGHPUT = "server_cpu_seconds_per_million", "points_per_second"

LOADS = {
    "1 k metrics, packed frames": {},
    "1 k metrics, four connections": {"connections": 4},
    "1 k metrics, one message a frame": {"messages_per_frame": 1},
    "100 k metrics, packed frames": {"metrics": 100_000},
}


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--reference", type=Path, required=True, help="the Go server")
    options.add_argument("--points", type=int, default=10_000_000, help="points of each load")
    chosen = options.parse_args()
    makers = {
        "tributary": Node,
        "grpc-go": lambda: Server([str(chosen.reference), "-listen", "127.0.0.1:0"]),
    }
    rows = [["load", "what", *makers, "ratio"]]
    for title, flags in LOADS.items():
        results = []
        for name, make in makers.items():
            print(f"  {title}: {name}", flush=True)
            with make() as server:  # A fresh one: the Go server keeps every point.
                results.append(generate(server, points=chosen.points, summaries=20, **flags))
        ours, theirs = results
        for what, read, unit, more in (
            ("CPU a million points", lambda result: result[CPU], "s", False),
            ("points a second", lambda result: result[THROUGHPUT] / 1e6, "M", True),
            ("Summary, median", lambda result: result["summary_seconds"]["p50"] * 1e3, "ms", False),
        ):
            one, other = read(ours), read(theirs)
            ratio = one / max(other, 1e-9) if more else other / max(one, 1e-9)
            rows.append([title, what, f"{one:.3g} {unit}", f"{other:.3g} {unit}", f"{ratio:.1f}x"])
    print()
    print(table(rows))


if __name__ == "__main__":
    main()
