# SPDX-License-Identifier: Apache-2.0
"""What a cluster of three nodes costs, against the goals; nodes and client on this machine.

Compared loads take turns, round by round, so that whatever else the machine does meets them all;
every figure is the median of its rounds.
"""

import argparse
import json
import os
import platform
import signal
import statistics
import subprocess
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from figures import Goals, cpu_seconds, generate, table  # First: it says where the next is.

from node import Server, program

IDS = ["a", "b", "c"]
LINKED_SECONDS = 60
QUIET = {"acks": 0, "summaries": 0}


class Cluster:
    """Three nodes that learn of each other from a file, once all of them listen."""

    def __init__(self):
        self.folder = tempfile.TemporaryDirectory()
        file = Path(self.folder.name) / "peers"
        file.touch()
        self.nodes = {}
        try:
            for node_id in IDS:
                self.nodes[node_id] = Server([
                    program("tributary"), "serve", "--cluster", "bench", "--node-id", node_id,
                    "--listen", "127.0.0.1:0", "--peer-listen", "127.0.0.1:0",
                    "--peers-file", str(file)])
            fresh = file.with_suffix(".new")
            fresh.write_text("".join(
                f"{node_id}={node.ready.split('peer=')[1].split()[0]}\n"
                for node_id, node in self.nodes.items()), encoding="ascii")
            os.replace(fresh, file)
            self.await_links()
        except BaseException:
            self.__exit__()
            raise

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for node in self.nodes.values():
            node.send(signal.SIGCONT)
            node.stop()
        self.folder.cleanup()

    def __getitem__(self, node_id: str) -> Server:
        return self.nodes[node_id]

    def status(self) -> dict[str, dict]:
        """The accounts of all nodes."""
        return {node["id"]: node for node in ask("cluster", "status", self["a"])["nodes"]}

    def await_links(self) -> None:
        """Until every node has live links to the others and keeps no points for them."""
        end = time.monotonic() + LINKED_SECONDS
        while not all(self._is_linked(node) for node in self.status().values()):
            if time.monotonic() > end:
                raise RuntimeError(f"the nodes are not linked: {self.status()}")
            time.sleep(0.1)

    @staticmethod
    def _is_linked(node: dict) -> bool:
        live = [link for link in node.get("links", [])
                if link["state"] == "live" and link["points_hinted"] == 0]
        return len(live) == len(IDS) - 1

    def cpu(self) -> float:
        return sum(cpu_seconds(node.pid) for node in self.nodes.values())

    def cpu_per_million(self, points: int, **flags) -> float:
        """All nodes' processor seconds for a million points that node a is sent."""
        before = self.cpu()
        generate(self["a"], points=points, warm_up_points=0, **QUIET, **flags)
        return (self.cpu() - before) / points * 1e6

    def sent(self) -> list[int]:
        """Points, bytes and compressed bytes that node a has sent to the others."""
        links = self.status()["a"]["links"]
        return [sum(link[key] for link in links)
                for key in ("points_sent", "bytes_sent", "bytes_sent_compressed")]


def ask(*words) -> dict:
    """A command's JSON; the last word is the node that it asks."""
    command = [program("tributary"), *words[:-1], "--target", words[-1].target, "--format", "json"]
    return json.loads(subprocess.run(command, stdout=subprocess.PIPE, check=True).stdout)


def forwarding(goals: Goals, rounds: int, points: int) -> None:
    local, forwarded = [], []
    with Cluster() as cluster:
        for owners in ["a"], ["b", "c"]:
            cluster.cpu_per_million(points // 10, owner=owners)
        for _ in range(rounds):
            local.append(cluster.cpu_per_million(points, owner=["a"]))
            forwarded.append(cluster.cpu_per_million(points, owner=["b", "c"]))
    goals.note("local points: CPU a million points, all nodes", f"{median(local):.3g} s")
    goals.note("forwarded points: CPU a million points, all nodes", f"{median(forwarded):.3g} s")
    ratio = median([there / here for there, here in zip(forwarded, local)])
    goals.at_most("a forwarded point's CPU to a local one's", 2.5, ratio, "x")


def links(goals: Goals, points: int) -> None:
    with Cluster() as cluster:
        for kind, goal in ("random", 12), ("constant", 6), ("step", 6):
            before = cluster.sent()
            result = generate(cluster["a"], points=points, owner=["b", "c"], values=kind, **QUIET)
            count, plain, packed = (
                after - first for after, first in zip(cluster.sent(), before))
            goals.at_most(f"{kind} values: bytes a point on the link", goal, packed / count, "B")
            goals.note("the same, not compressed; as the client sent it",
                       f"{plain / count:.3g} B; {result['point_bytes']} B")
            goals.note("the same: ratio to not compressed; to the client's",
                       f"{plain / packed:.2f}x; {result['point_bytes'] * count / packed:.2f}x")


def hot(goals: Goals, rounds: int, points: int) -> None:
    """One name with 90 % of the points against as many of all names, over all nodes at once."""
    for title, flags in (("no labels", {}), ("100 label sets a name", {"labels": 100})):
        rates, ratios = [], []
        with Cluster() as cluster:
            for percent in 0, 90:
                everywhere(cluster, points, {"hot_percent": percent, **flags})
            for _ in range(rounds):
                even = everywhere(cluster, points, {"hot_percent": 0, **flags})
                rates.append(everywhere(cluster, points, {"hot_percent": 90, **flags}))
                ratios.append(rates[-1] / even)
        goals.note(f"90 % of one name, {title}: throughput", f"{median(rates) / 1e6:.3g} M/s")
        goals.at_least("the same, to the even load", 80, median(ratios) * 100, "%")


def everywhere(cluster: Cluster, points: int, flags: dict) -> float:
    """Points a second, when every node is sent a third of so many at once."""
    with ThreadPoolExecutor(len(IDS)) as pool:
        return sum(pool.map(lambda node: rate_of(node, points // len(IDS), flags),
                            cluster.nodes.values()))


def rate_of(node: Server, points: int, flags: dict) -> float:
    return generate(node, points=points, **QUIET, **flags)["points_per_second"]


def summaries(goals: Goals, rounds: int) -> None:
    metrics = 10_000
    with Cluster() as cluster:
        results = [
            generate(cluster["a"], points=1_000_000, metrics=metrics, acks=0, summaries=300)
            for _ in range(rounds)]
        found = ask("summary", "--strict", cluster["a"])["metrics"]
        if len(found) != metrics:
            raise RuntimeError(f"a complete summary of {len(found)} metrics")
    times = {key: median([result["summary_seconds"][key] for result in results]) * 1e3
             for key in ("p50", "p99")}
    goals.note("merged Summary, three nodes, 10 k metrics: p50", f"{times['p50']:.3g} ms")
    goals.at_most("merged Summary, three nodes, 10 k metrics: p99", 25, times["p99"], "ms")


def stopped(goals: Goals, rounds: int, seconds: float) -> None:
    """Loads of `seconds`, or of as many points as the stopped node's hints have room for."""
    living = {"owner": ["a", "b"]}
    for title, flags, points_max in (
            ("names of living nodes", living, 10**9), ("names of all nodes", {}, 12_000_000)):
        rates, ratios = [], []
        with Cluster() as cluster:
            first = generate(cluster["a"], points=2_000_000, **QUIET, **flags)
            points = min(points_max, int(first["points_per_second"] * seconds))
            for _ in range(rounds):
                alive = rate(cluster, points, flags)
                cluster["c"].send(signal.SIGSTOP)
                rates.append(rate(cluster, points, flags))
                cluster["c"].send(signal.SIGCONT)
                cluster.await_links()
                ratios.append(rates[-1] / alive)
        goals.note(f"{title}, one of three stopped: throughput", f"{median(rates) / 1e6:.3g} M/s")
        goals.at_least("the same, to the rate with all running", 90, median(ratios) * 100, "%")


def rate(cluster: Cluster, points: int, flags: dict) -> float:
    return generate(cluster["a"], points=points, **QUIET, **flags)["points_per_second"]


def median(figures: list[float]) -> float:
    return statistics.median(figures)


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--rounds", type=int, default=5, help="rounds of each comparison")
    options.add_argument("--points", type=int, default=5_000_000, help="points of a measurement")
    options.add_argument("--seconds", type=float, default=10, help="how long a node is stopped")
    chosen = options.parse_args()
    goals = Goals()
    print(f"measuring on {os.cpu_count()} cores, {platform.machine()}")
    forwarding(goals, chosen.rounds, chosen.points)
    links(goals, chosen.points)
    hot(goals, chosen.rounds, chosen.points)
    summaries(goals, chosen.rounds)
    stopped(goals, chosen.rounds, chosen.seconds)
    print()
    print(table(goals.rows))


if __name__ == "__main__":
    main()
