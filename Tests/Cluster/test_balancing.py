# SPDX-License-Identifier: Apache-2.0
"""Long streams behind balancers: old connections end, and streams spread anew."""

import threading
import time

import grpc
import pytest
from balancers import BALANCERS
from cluster import channel
from telemetry import Telemetry, status_details, until

AGE = ["--connection-age-max", "1s", "--connection-age-grace", "200ms"]


class LongStream:
    """A client that keeps one stream open as long as it may, and opens the next when it ends."""

    def __init__(self, target: str, schema, name: str):
        self.target, self.schema, self.name = target, schema, name
        self.received = self.streams = 0
        self.codes: set = set()
        self.stopping = threading.Event()
        self.thread = threading.Thread(target=self._run)
        self.thread.start()

    def _points(self):
        while not self.stopping.wait(0.005):
            yield (self.name, 1.0)

    def _run(self) -> None:
        with channel(self.target) as own:
            client = Telemetry(own, self.schema)
            while not self.stopping.is_set():
                try:
                    self.received += client.push(self._points(), timeout=60).points_received
                except grpc.RpcError as error:
                    self.codes.add(error.code())
                    details = status_details(error).details[0].value
                    self.received += self.schema("Ack").FromString(details).points_received
                self.streams += 1

    def end(self) -> None:
        self.stopping.set()
        self.thread.join(60)


@pytest.mark.parametrize("kind", BALANCERS)
def test_streams_without_end_spread_over_nodes_that_come_back(start_cluster, schema, prefix, kind):
    with start_cluster(*AGE) as cluster, BALANCERS[kind](cluster.targets) as balancer:
        streams = [LongStream(balancer.target, schema, f"{prefix}{number}")
                   for number in range(6)]
        try:
            until(lambda: all(node.status().ledger.received > 0 for node in cluster))
            until(lambda: all(stream.streams >= 2 for stream in streams))
        finally:
            for stream in streams:
                stream.end()
        assert set().union(*(stream.codes for stream in streams)) <= {
            grpc.StatusCode.UNAVAILABLE}
        for node in cluster:
            counts = {name: one.count for name, one in node.client.series(prefix).items()}
            assert counts == {stream.name: stream.received for stream in streams}
        cluster.assert_ledgers()


@pytest.mark.parametrize("kind", BALANCERS)
def test_a_dead_node_is_left_out_and_a_restarted_one_comes_back(
        start_cluster, schema, prefix, kind):
    with start_cluster() as cluster, BALANCERS[kind](cluster.targets) as balancer, channel(
            balancer.target) as own:
        client = Telemetry(own, schema)
        cluster["b"].kill()
        began = time.monotonic()
        for number in range(20):
            ack = client.push([(f"{prefix}{number}", 1.0)], wait_for_ready=True)
            assert ack.points_received == 1
        assert time.monotonic() - began < 10
        cluster.restart("b")
        cluster.await_links()

        def reaches_b() -> bool:
            client.push([(f"{prefix}again", 1.0)])
            return cluster["b"].status().ledger.received > 0

        until(reaches_b)
