# SPDX-License-Identifier: Apache-2.0
"""What the tests share: clusters, balancers, schemas."""

import itertools
import random
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "Interop"))

import schema as schemas  # noqa: E402
from balancers import BALANCERS  # noqa: E402
from cluster import Cluster  # noqa: E402
from telemetry import Telemetry  # noqa: E402

_names = itertools.count()


@pytest.fixture(scope="session")
def schema():
    return schemas.telemetry()


@pytest.fixture(scope="session")
def peer_schema():
    return schemas.peer()


@pytest.fixture
def start_cluster(schema):
    """Starts clusters that end with the test; gives the cluster."""
    started = []

    def make(*flags: str, **options) -> Cluster:
        started.append(Cluster(schema, *flags, **options))
        return started[-1]

    yield make
    for one in started:
        one.__exit__(None)


@pytest.fixture(scope="module")
def cluster(schema):
    """Three nodes that the tests of a file share, and leave as they were."""
    with Cluster(schema) as started:
        yield started


@pytest.fixture(params=BALANCERS)
def balancer(request, cluster):
    """A balancer before the shared cluster."""
    with BALANCERS[request.param](cluster.targets) as started:
        yield started


@pytest.fixture
def nginx(start_nginx, cluster):
    """nginx before the shared cluster."""
    return start_nginx(cluster)


@pytest.fixture
def start_nginx():
    started = []

    def make(cluster: Cluster):
        started.append(BALANCERS["nginx"](cluster.targets))
        return started[-1]

    yield make
    for one in started:
        one.__exit__()


@pytest.fixture
def prefix():
    """The beginning of metric names that no other test uses."""
    return f"t{next(_names)}."


@pytest.fixture
def dice(request):
    return random.Random(request.node.name)
