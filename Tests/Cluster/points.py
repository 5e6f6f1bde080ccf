# SPDX-License-Identifier: Apache-2.0
"""Points with known totals, and clients that push them until they are told to stop."""

import collections
import random
import threading
from dataclasses import dataclass, field

import grpc
from cluster import channel
from telemetry import Telemetry, status_details

LETTERS = "abcdefghijklmnopqrstuvwxyz0123456789"


def random_points(dice: random.Random, prefix: str, count: int, names: int = 200):
    """Points of random names; values are whole, so that sums are exact in any order."""
    chosen = [prefix + "".join(dice.choices(LETTERS, k=dice.randrange(4, 20)))
              for _ in range(names)]
    return [(dice.choice(chosen), float(dice.randrange(-1000, 1000))) for _ in range(count)]


@dataclass
class Expected:
    """What a report must say of points."""

    counts: dict = field(default_factory=lambda: collections.defaultdict(int))
    sums: dict = field(default_factory=lambda: collections.defaultdict(float))

    def add(self, points) -> None:
        for name, value in points:
            self.counts[name] += 1
            self.sums[name] += value

    def check(self, metrics) -> None:
        assert {name: one.count for name, one in metrics.items()} == dict(self.counts)
        assert {name: one.sum for name, one in metrics.items()} == dict(self.sums)


@dataclass
class Account:
    """What clients know of the points that they sent."""

    streams: int = 0
    failures: collections.Counter = field(default_factory=collections.Counter)
    # Told by an Ack, whole or partial.
    received: int = 0
    rejected: int = 0
    hinted: int = 0
    # Of streams that ended without one.
    unsure: int = 0

    @property
    def sent(self) -> int:
        return self.received + self.rejected + self.unsure


class Pushers:
    """Threads that push streams of points, one stream after the other, through one address each:
    so many rounds, or until the end of the `with` statement."""

    def __init__(self, schema, targets: list[str], prefix: str, *, points: int = 500,
                 names: int = 100, rounds: int | None = None):
        self.schema, self.prefix = schema, prefix
        self.points, self.names, self.rounds = points, names, rounds
        self.account, self.lock = Account(), threading.Lock()
        self.stopping = threading.Event()
        self.problems: list[BaseException] = []
        self.threads = [threading.Thread(target=self._run, args=(number, target))
                        for number, target in enumerate(targets)]

    def __enter__(self):
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, kind, *_):
        if self.rounds is None or kind is not None:
            self.stopping.set()
        for thread in self.threads:
            thread.join(60)
        assert not self.problems, self.problems

    def streams(self) -> int:
        with self.lock:
            return self.account.streams

    def _run(self, number: int, target: str) -> None:
        dice = random.Random(number)
        rounds = 0
        try:
            with channel(target) as own:
                client = Telemetry(own, self.schema)
                while not self.stopping.is_set() and rounds != self.rounds:
                    self._push(client, dice)
                    rounds += 1
        except BaseException as problem:  # Told by the main thread.
            self.problems.append(problem)

    def _push(self, client: Telemetry, dice: random.Random) -> None:
        points = [(f"{self.prefix}{dice.randrange(self.names)}", 1.0)
                  for _ in range(self.points)]
        try:
            ack, failure = client.push(points, wait_for_ready=True), None
        except grpc.RpcError as error:
            ack, failure = self._partial(error), error.code().name
        with self.lock:
            self.account.streams += 1
            if failure:
                self.account.failures[failure] += 1
            if ack is None:
                self.account.unsure += len(points)
            else:
                self.account.received += ack.points_received
                self.account.rejected += ack.points_rejected
                self.account.hinted += ack.points_hinted

    def _partial(self, error):
        try:
            return self.schema("Ack").FromString(status_details(error).details[0].value)
        except AssertionError:
            return None
