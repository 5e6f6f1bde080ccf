# SPDX-License-Identifier: Apache-2.0
"""What the tests of the Python client share: nodes, clusters, clients."""

import itertools
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "clients" / "python" / "src"
sys.path[:0] = [str(PACKAGE), str(ROOT / "Tests" / "Interop"), str(ROOT / "Tests" / "Cluster")]

import schema as schemas  # noqa: E402
from cluster import Cluster, channel  # noqa: E402
from node import Node  # noqa: E402
from telemetry import Telemetry  # noqa: E402

from tributary import Client, Options  # noqa: E402

_names = itertools.count()


class ToldNode(Node):
    """A node with the totals that it reports."""

    def __init__(self, schema, *flags: str):
        super().__init__(*flags)
        self.channel = channel(self.target)
        self.client = Telemetry(self.channel, schema)

    def totals(self, prefix: str) -> dict[str, float]:
        """The sum of each series."""
        return {name: one.sum for name, one in self.client.series(prefix).items()}

    def count(self, prefix: str) -> int:
        return sum(one.count for one in self.client.series(prefix).values())

    def stop(self, *arguments) -> int:
        status = super().stop(*arguments)
        if hasattr(self, "channel"):
            self.channel.close()
        return status


@pytest.fixture(scope="session")
def schema():
    return schemas.telemetry()


@pytest.fixture(scope="session")
def node(schema):
    """One node that tests share, and leave as it was."""
    with ToldNode(schema) as started:
        yield started


@pytest.fixture
def start(schema):
    """Starts nodes of the test's own."""
    started = []

    def make(*flags: str) -> ToldNode:
        started.append(ToldNode(schema, *flags))
        return started[-1]

    yield make
    for one in started:
        one.stop()


@pytest.fixture
def start_cluster(schema):
    started = []

    def make(*flags: str, **options) -> Cluster:
        started.append(Cluster(schema, *flags, **options))
        return started[-1]

    yield make
    for one in started:
        one.__exit__(None)


@pytest.fixture
def connect():
    """Makes clients that end with the test."""
    made = []

    def make(*endpoints: str, **options) -> Client:
        impatient = {"flush_interval": 0.02, "retry_wait_first": 0.01, "retry_wait_max": 0.2}
        made.append(Client(*endpoints, options=Options(**{**impatient, **options})))
        return made[-1]

    yield make
    for one in made:
        one.close(0)
        check(one)


def check(client: Client) -> None:
    """Every point is accounted for."""
    told = client.statistics
    assert told.recorded == told.acknowledged + told.rejected + told.dropped + told.waiting, told


@pytest.fixture
def prefix():
    """The beginning of metric names that no other test uses."""
    return f"t{next(_names)}."
