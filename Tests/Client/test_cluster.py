# SPDX-License-Identifier: Apache-2.0
"""The Python client and clusters whose nodes die, stop and leave while it records."""

import threading
import time

from balancers import Nginx
from cluster import Cluster
from telemetry import until


class Recording:
    """A thread that records into names until the end of the `with` statement."""

    def __init__(self, client, names: list[str]):
        self.client, self.names, self.recorded = client, names, 0
        self.stopping = threading.Event()
        self.thread = threading.Thread(target=self._run)

    def _run(self) -> None:
        while not self.stopping.is_set():
            for _ in range(100):
                self.client.record(self.names[self.recorded % len(self.names)], 1)
                self.recorded += 1
            time.sleep(0.001)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.stopping.set()
        self.thread.join()

    def await_progress(self, points: int = 3000) -> None:
        """Until so many more are acknowledged."""
        before = self.client.statistics.acknowledged
        until(lambda: self.client.statistics.acknowledged > before + points)


def owned(cluster: Cluster, prefix: str, owners: str, count: int) -> list[str]:
    names = [f"{prefix}{number}" for number in range(count * 8)]
    found = cluster["a"].owners(names)
    return [name for name, owner in zip(names, found) if owner in owners][:count]


def finish(client, recording: Recording) -> None:
    client.flush(60)
    told = client.statistics
    assert (told.acknowledged, told.dropped) == (recording.recorded, 0), told


def test_nodes_that_are_killed_behind_nginx_cost_and_double_nothing(
        start_cluster, connect, prefix):
    cluster = start_cluster()
    # What b owns dies with it.
    names = owned(cluster, prefix, "ac", 100)
    with Nginx(cluster.targets) as nginx:
        client = connect(nginx.target, batch_points_max=100)
        with Recording(client, names) as recording:
            for _ in range(2):
                recording.await_progress()
                cluster["b"].kill()
                recording.await_progress()
                cluster.restart("b")
                cluster.await_links()
        finish(client, recording)
    cluster.await_totals(prefix, recording.recorded)


def test_a_node_that_stops_costs_and_doubles_nothing(start_cluster, connect, prefix):
    cluster = start_cluster()
    names = owned(cluster, prefix, "abc", 100)
    client = connect(*cluster.targets, batch_points_max=100, ack_timeout=1.0)
    with Recording(client, names) as recording:
        for node_id in "abc":
            recording.await_progress()
            cluster[node_id].pause()
            recording.await_progress()
            cluster[node_id].resume()
            cluster.await_links()
    finish(client, recording)
    cluster.await_totals(prefix, recording.recorded)


def test_connections_that_grow_old_cost_and_double_nothing(
        start_cluster, connect, prefix):
    cluster = start_cluster("--connection-age-max", "1s", "--connection-age-grace", "1s")
    names = owned(cluster, prefix, "abc", 100)
    client = connect(*cluster.targets, batch_points_max=100)
    with Recording(client, names) as recording:
        for _ in range(3):
            recording.await_progress(10_000)
    finish(client, recording)
    cluster.await_totals(prefix, recording.recorded)
