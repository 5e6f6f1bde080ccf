# SPDX-License-Identifier: Apache-2.0
"""Speed and memory of one node, against the goals, client and server on this machine."""

import argparse
import os
import platform
import socket
import statistics
import subprocess
import time

from figures import Goals, allow_descriptors, generate, push, resident_bytes, table
from node import Node, program
from readers import node_cpu

CPU, THROUGHPUT = "server_cpu_seconds_per_million", "points_per_second"
LABELLED_SERIES = 1_000_000
BUSY_SERIES, SPARSE_SERIES, IDLE_CONNECTIONS = 20_000, 200_000, 10_000
LIVE_READERS = 10_000


def speed(goals: Goals, points: int) -> None:
    with Node() as node:
        one = generate(node, points=points)
        goals.at_most("1 k metrics, packed frames: CPU a million points", 0.08, one[CPU], "s")
        goals.note("the same: throughput, one connection", f"{one[THROUGHPUT] / 1e6:.2f} M/s")
        summary = one["summary_seconds"]["p99"] * 1e3
        goals.at_most("Summary of 1 k metrics, quiet: p99", 2, summary, "ms")
        batches = generate(node, points=points, rpc="batches")
        goals.at_most("1 k metrics, batches: CPU a million points, both ends",
                      0.04, batches[CPU] + batches["client_cpu_seconds_per_million"], "s")
        four = generate(node, points=points * 2, connections=4)
        throughput = four[THROUGHPUT] / 1e6
        goals.at_least("1 k metrics over four connections: throughput", 10, throughput, "M/s")
        loaded = generate(node, points=points, connections=4, summary_every="20ms")
        summary = loaded["summary_loaded_seconds"]["p99"] * 1e3
        goals.at_most("Summary of 1 k metrics while loading: p99", 10, summary, "ms")
        single = generate(node, points=points // 4, messages_per_frame=1)
        goals.at_most("one message a frame: CPU a million points", 0.25, single[CPU], "s")
    with Node() as node:
        many = generate(node, points=points, metrics=100_000)
        goals.at_most("100 k metrics, packed frames: CPU a million points", 0.15, many[CPU], "s")
        summary = many["summary_seconds"]["p99"] * 1e3
        goals.at_most("Summary of 100 k metrics, quiet: p99", 60, summary, "ms")


def histograms(goals: Goals, points: int, rounds: int = 5) -> None:
    """The same load on a node that keeps histograms and on one that does not, by turns."""
    for metrics in (1000, 100_000):
        with Node() as node, Node("--quantiles-off", "*") as without:
            costs = [[generate(one, points=points, metrics=metrics, acks=0, summaries=0)[CPU]
                      for one in (node, without)] for _ in range(rounds)]
        cost = statistics.median(with_them - none for with_them, none in costs) * 1e3
        goals.at_most(f"histograms of {metrics // 1000} k metrics: CPU a point", 8, cost, "ns")


def live(goals: Goals) -> None:
    """An interval of a second: one computation, whoever reads."""
    with Node() as node:
        push(node, (f"live-{number:04} 1\n" for number in range(1000)))
        one = node_cpu(node, 100, b"", 5)
        many = node_cpu(node, LIVE_READERS, b"", 5)
    goals.note("100 readers of one live report: CPU an interval", f"{one * 1e3:.1f} ms")
    goals.note("10 000 readers of it: CPU an interval", f"{many * 1e3:.1f} ms")
    goals.note("the same, a reader more", f"{(many - one) / (LIVE_READERS - 100) * 1e6:.1f} us")


def hot(goals: Goals, points: int, rounds: int = 5) -> None:
    """One name with 90 % of the points against as many of all names, round by round."""
    for title, flags in (("no labels", {}), ("100 label sets a name", {"labels": 100})):
        with Node() as node:
            rates = [[generate(node, points=points, connections=4, acks=0, summaries=0,
                               hot_percent=percent, **flags)[THROUGHPUT] for percent in (0, 90)]
                     for _ in range(rounds)]
        even, one = (statistics.median(column) / 1e6 for column in zip(*rates))
        goals.note(f"even load, {title}: throughput", f"{even:.2f} M/s")
        goals.note(f"90 % of one name, {title}: throughput", f"{one:.2f} M/s")
        ratio = statistics.median(there / here for here, there in rates) * 100
        goals.at_least("the same, to the even load", 80, ratio, "%")


def labels(goals: Goals, points: int, rounds: int = 5) -> None:
    """Points with two labels against points with none, of as many series, by turns."""
    with Node() as node, Node() as plain:
        results = [[generate(one, points=points, labels=sets, acks=0, summaries=0)
                    for one, sets in ((node, 1), (plain, 0))] for _ in range(rounds)]
    cost = statistics.median(labelled[CPU] for labelled, _ in results)
    rate = statistics.median(labelled[THROUGHPUT] for labelled, _ in results) / 1e6
    ratio = statistics.median(there[THROUGHPUT] / here[THROUGHPUT] for there, here in results)
    goals.note("two labels a point, 1 k series: CPU a million points", f"{cost:.4f} s")
    goals.note("the same: throughput, one connection", f"{rate:.2f} M/s")
    goals.note("the same, to points without labels", f"{ratio * 100:.0f} %")


def selective(goals: Goals) -> None:
    """A question of the program itself, its start included; less what it takes without a series."""
    def asked(node: Node, *question: str) -> float:
        command = [program("tributary"), "summary", "--target", node.target, "--statistics", "sum"]
        times = []
        for _ in range(21):
            started = time.monotonic()
            subprocess.run(
                [*command, *question], check=True, stdout=subprocess.DEVNULL, timeout=60)
            times.append(time.monotonic() - started)
        return statistics.median(times) * 1e3

    with Node() as node:
        start = asked(node, "none")
        push(node, (f'requests_{number % 1000}{{host="web-{number}",zone="z{number % 7}"}} 1\n'
                    for number in range(LABELLED_SERIES)))
        what = "1 M series, a question that chooses"
        named = asked(node, 'requests_7{host=~"web-.*007"}') - start
        goals.at_most(f"{what} 100 by name and pattern", 50, named, "ms")
        anywhere = asked(node, '{host="web-123456"}') - start
        goals.at_most(f"{what} one by a label", 50, anywhere, "ms")
        pattern = asked(node, '{host=~"web-12345[0-9]"}') - start
        goals.at_most(f"{what} ten by a pattern over all", 150, pattern, "ms")


def bytes_a_series(series: int, times: range) -> float:
    with Node() as node:
        push(node, (f"warm {number}\n" for number in range(400_000)))
        before = resident_bytes(node.pid)
        push(node, (f"series-{number:06} 1 {at}\n" for at in times for number in range(series)))
        return (resident_bytes(node.pid) - before) / series


def memory(goals: Goals) -> None:
    now = int(time.time())
    busy = bytes_a_series(BUSY_SERIES, range(now - 3550, now, 10))
    goals.at_most("a busy series (1 h of 10 s slices)", 13, busy / 1024, "KiB")
    sparse = bytes_a_series(SPARSE_SERIES, range(now - 30, now, 10))
    goals.at_most("a series of three points", 500, sparse, "B")


def idle(goals: Goals) -> None:
    if allow_descriptors() < IDLE_CONNECTIONS + 100:
        print("  idle connections: not measured, too few descriptors are permitted")
        return
    preface = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + bytes([0, 0, 0, 4, 0, 0, 0, 0, 0])
    with Node() as node:
        opened = []
        for _ in range(IDLE_CONNECTIONS):
            opened.append(socket.create_connection((node.host, node.port)))
            opened[-1].sendall(preface)
        for connection in opened:
            assert connection.recv(9), "the node answers every connection"
        figure = resident_bytes(node.pid) / 1e6
        for connection in opened:
            connection.close()
    goals.at_most("10 000 idle connections: resident size of the node", 400, figure, "MB")


def readiness(goals: Goals) -> None:
    times = []
    for _ in range(10):
        started = time.monotonic()
        with Node():
            times.append(time.monotonic() - started)
    goals.at_most("from start to ready (median of 10)", 100, statistics.median(times) * 1e3, "ms")


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--points", type=int, default=20_000_000, help="points of a measurement")
    points = options.parse_args().points
    goals = Goals()
    print(f"measuring on {os.cpu_count()} cores, {platform.machine()}")
    for part in (lambda: speed(goals, points), lambda: hot(goals, points // 2),
                 lambda: labels(goals, points // 2),
                 lambda: histograms(goals, points // 2), lambda: live(goals),
                 lambda: selective(goals), lambda: memory(goals), lambda: idle(goals),
                 lambda: readiness(goals)):
        part()
    print()
    print(table(goals.rows))


if __name__ == "__main__":
    main()
