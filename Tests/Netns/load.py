# SPDX-License-Identifier: Apache-2.0
"""Clients that push points with known totals, and one that watches what nodes tell of them."""

import random
import threading
import time

import grpc
from cluster import Cluster, ClusterNode, channel
from points import Expected
from telemetry import Telemetry, until


def names_by_owner(cluster: Cluster, prefix: str, count: int = 120) -> dict[str, list[str]]:
    names = [f"{prefix}{number}" for number in range(count)]
    found: dict[str, list[str]] = {node.id: [] for node in cluster}
    for name, owner in zip(names, cluster["a"].owners(names)):
        found[owner].append(name)
    return found


def points_of(names: list[str], dice: random.Random, count: int = 300) -> list:
    """Values are whole: their sums are exact in any order."""
    return [(dice.choice(names), float(dice.randrange(-1000, 1000))) for _ in range(count)]


class Load:
    """Threads that push stream after stream until the end of the `with` statement, one to each
    target. The network between clients and nodes is whole: any stream that does not end with an Ack
    of all its points is a problem."""

    def __init__(self, schema, prefix: str, targets: list[str], make_points):
        self.schema, self.prefix, self.make_points = schema, prefix, make_points
        self.lock, self.stopping = threading.Lock(), threading.Event()
        self.expected = Expected()
        self.offered = self.acked = self.hinted = self.streams = 0
        self.problems: list[str] = []
        self.threads = [threading.Thread(target=self._run, args=(target, number))
                        for number, target in enumerate(targets)]

    def __enter__(self):
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *_):
        self.stopping.set()
        for thread in self.threads:
            thread.join(60)
        assert not self.problems, self.problems

    def _run(self, target: str, number: int) -> None:
        dice = random.Random(f"{self.prefix} {number}")
        try:
            with channel(target) as own:
                client = Telemetry(own, self.schema)
                while not self.stopping.is_set():
                    self.push(client, self.make_points(dice))
        except (grpc.RpcError, AssertionError) as problem:
            self.problems.append(f"{target}: {problem}")

    def push(self, client: Telemetry, points: list) -> float:
        """One stream; the seconds until its Ack."""
        with self.lock:
            self.offered += len(points)
        begun = time.monotonic()
        ack = client.push(points, wait_for_ready=True)
        seconds = time.monotonic() - begun
        assert (ack.points_received, ack.points_rejected) == (len(points), 0), ack
        with self.lock:
            self.expected.add(points)
            self.acked += len(points)
            self.hinted += ack.points_hinted
            self.streams += 1
        return seconds

    def await_streams(self, more: int) -> None:
        """Until so many further streams have ended well."""
        before = self.streams
        until(lambda: self.streams >= before + more or self.problems)
        assert not self.problems, self.problems

    def await_exact(self, cluster: Cluster) -> None:
        """Until every node's report is complete; then it has what was acked, neither more nor
        less, and counters add up."""
        begun = time.monotonic()
        cluster.await_links(seconds=60)
        cluster.await_totals(self.prefix, self.acked)
        for node in cluster:
            report = node.client.summary(prefixes=[self.prefix])
            self.expected.check(report.metrics)
        print(f"{self.prefix} exact after {time.monotonic() - begun:.1f} s: {self.acked} points, "
              f"{self.hinted} of them hinted, in {self.streams} streams")
        cluster.assert_ledgers()


class Watch:
    """Asks nodes again and again. What they tell is never more than was offered; what is complete
    has all that was acked before the question; and while a node is `missing`, nothing is complete
    and that node is named."""

    def __init__(self, load: Load, nodes: list[ClusterNode]):
        self.load, self.nodes = load, nodes
        self.missing: str | None = None
        self.stopping = threading.Event()
        self.problems: list[str] = []
        self.complete = self.incomplete = 0
        self.thread = threading.Thread(target=self._run)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.stopping.set()
        self.thread.join(60)
        assert not self.problems, self.problems

    def _run(self) -> None:
        try:
            while not self.stopping.is_set():
                for node in self.nodes:
                    self._ask(node)
        except grpc.RpcError as error:
            self.problems.append(str(error))

    def _ask(self, node: ClusterNode) -> None:
        floor, missing = self.load.acked, self.missing
        report = node.client.summary(prefixes=[self.load.prefix])
        found, ceiling = sum(one.count for one in report.metrics.values()), self.load.offered
        if found > ceiling:
            self.problems.append(f"{node.id} tells {found} points of {ceiling}")
        if report.coverage.complete and found < floor:
            self.problems.append(f"{node.id} lacks points, completely: {found} of {floor}")
        if missing and missing == self.missing and not names(report, missing):
            self.problems.append(f"{node.id} does not miss {missing}: {report.coverage}")
        if report.coverage.complete:
            self.complete += 1
        else:
            self.incomplete += 1


def names(report, node_id: str) -> bool:
    """The report is incomplete, and says that it is for want of this node."""
    [one] = [one for one in report.coverage.nodes if one.node_id == node_id]
    return not report.coverage.complete and not one.answered and one.error != ""
