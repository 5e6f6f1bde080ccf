# SPDX-License-Identifier: Apache-2.0
"""Three nodes, each in a network namespace of its own, on one bridge with the clients."""

import itertools
import os
import random
import sys
from pathlib import Path

import pytest

for folder in ("Interop", "Cluster"):
    sys.path.insert(0, str(Path(__file__).resolve().parents[1] / folder))

import schema as schemas  # noqa: E402
from cluster import Cluster  # noqa: E402
from network import Network, Unable  # noqa: E402

_names = itertools.count()


class NetworkCluster(Cluster):
    """A cluster whose nodes live in the namespaces of a network."""

    def __init__(self, schema, network: Network, *flags: str):
        self.network = network
        super().__init__(schema, *flags)

    def start(self, node_id: str, *flags: str, **options):
        address = self.network.addresses[node_id] + ":0"
        where = {"listen": address, "peer_listen": address,
                 "prefix": ["ip", "netns", "exec", self.network.space(node_id)]}
        return super().start(node_id, *flags, **{**where, **options})


@pytest.fixture(scope="session")
def schema():
    return schemas.telemetry()


@pytest.fixture(scope="session")
def whole_network():
    if "NETNS_ALONE" not in os.environ:
        pytest.exit("run dev/test-netns: these tests want a network of their own", 2)
    try:
        made = Network()
        made.prove()
    except Unable as reason:
        pytest.exit(f"skipped: {reason}", 0)
    yield made
    made.close()


@pytest.fixture
def network(whole_network):
    """The network, without faults before and after."""
    yield whole_network
    whole_network.heal()


@pytest.fixture
def cluster(schema, network):
    """Three nodes, a, b and c, for one test. The failing test's output has their logs."""
    with NetworkCluster(schema, network) as started:
        yield started
        for node in started:
            print(f"--- {node.id}\n{node.stderr()[-6000:]}")


@pytest.fixture
def prefix():
    """The beginning of metric names that no other test uses."""
    return f"t{next(_names)}."


@pytest.fixture
def dice(request):
    return random.Random(request.node.name)
