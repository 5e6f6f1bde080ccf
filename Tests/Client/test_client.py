# SPDX-License-Identifier: Apache-2.0
"""The Python client and real nodes, which stop, die, and are no nodes at all."""

import os
import signal
import threading
import time
from pathlib import Path

import pytest
from balancers import Nginx
from conftest import check
from node import InteropServer
from telemetry import until
from tributary import (
    Client, Closed, DeadlinePassed, Refused, Series, Unacknowledged, Unreachable)

NOBODY = "127.0.0.1:1"


def test_what_was_flushed_is_counted(node, connect, prefix):
    client = connect(node.target)
    client.flush()
    for number in range(20_000):
        assert client.record(f"{prefix}{number % 7}", number)
    client.flush()
    assert sum(node.totals(prefix).values()) == 20_000 * 19_999 / 2
    assert node.count(prefix) == client.statistics.acknowledged == 20_000
    assert client.statistics.bytes_waiting == 0
    assert not client.close()
    assert not client.record(prefix, 1)
    assert client.statistics.drops == {"closed": 1}
    with pytest.raises(Closed):
        client.flush()


def test_the_interval_flushes_without_being_asked(node, connect, prefix):
    client = connect(node.target)
    client.record(prefix, 1)
    until(lambda: client.statistics.acknowledged == 1)
    assert node.count(prefix) == 1


def test_a_with_statement_flushes(node, prefix):
    with Client(node.target) as client:
        client.record(Series(prefix), 2)
    assert node.totals(prefix) == {prefix: 2}


def test_points_that_a_node_rejects_are_told_by_reason(node, connect, prefix):
    client = connect(node.target)
    for value in (1, float("nan"), 2, float("nan")):
        client.record(prefix, value)
    client.record(prefix, 3, at=5)
    client.flush()
    told = client.statistics
    assert (told.acknowledged, told.rejected) == (2, 3)
    found = {one.reason: (one.count, one.first_index) for one in told.rejections.values()}
    assert found == {"VALUE_NAN": (2, 1), "TIME_TOO_OLD": (1, 4)}


def test_threads_record_at_once(node, connect, prefix):
    client = connect(node.target, batch_points_max=50)

    def work(number: int) -> None:
        for one in range(500):
            client.record(f"{prefix}{one % 5}", number * 500 + one)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    client.flush()
    assert node.count(prefix) == 2000
    assert sum(node.totals(prefix).values()) == 2000 * 1999 / 2


def test_of_several_endpoints_one_that_works_is_found(node, connect, prefix):
    client = connect(NOBODY, node.target, "127.0.0.1:2")
    client.connect()
    client.record(prefix, 1)
    client.flush()
    assert node.count(prefix) == 1


def test_nobody_there_is_told(connect):
    client = connect(NOBODY, "127.0.0.1:2")
    with pytest.raises(Unreachable):
        client.connect()
    client.record("a", 1)
    with pytest.raises(DeadlinePassed) as raised:
        client.flush(0.3)
    assert raised.value.points_missing == 1 and "UNAVAILABLE" in str(raised.value)
    assert client.close(0) == Unacknowledged(points_unsent=1)
    assert client.statistics.drops == {"unacknowledged": 1}


def test_a_server_that_knows_no_batches_ends_the_client(connect):
    with InteropServer() as server:
        client = connect(server.target)
        client.record("a", 1)
        with pytest.raises(Refused) as raised:
            client.flush()
        assert raised.value.code.name == "UNIMPLEMENTED"
        assert not client.record("a", 1)
        with pytest.raises(Refused):
            client.flush()


def is_stopped(pid: int) -> bool:
    """Whether all threads have taken notice of SIGSTOP."""
    states = [path.read_text().rsplit(")", 1)[1].split()[0]
              for path in Path(f"/proc/{pid}/task").glob("*/stat")]
    return set(states) == {"T"}


def test_a_node_that_stops_delays_a_flush_and_costs_nothing(start, connect, prefix):
    node = start()
    client = connect(node.target, ack_timeout=0.5)
    client.record(prefix, 1)
    client.flush()
    node.send(signal.SIGSTOP)
    until(lambda: is_stopped(node.pid))
    try:
        for _ in range(100):
            client.record(prefix, 1)
        with pytest.raises(DeadlinePassed) as raised:
            client.flush(0.2)
        assert raised.value.points_missing == 100
        # Long enough for the stream to be given up, and its batch to be sent again.
        until(lambda: client.statistics.connections > 1 or not client._outbox.is_connected)
    finally:
        node.send(signal.SIGCONT)
    client.flush()
    assert node.count(prefix) == 101


def kill_workers(proxy: Nginx) -> None:
    """All connections through nginx break; its master makes new workers."""
    children = Path(f"/proc/{proxy.pid}/task/{proxy.pid}/children").read_text()
    for child in children.split():
        os.kill(int(child), signal.SIGKILL)


def test_connections_that_break_cost_no_point_and_double_none(start, connect, prefix):
    node = start()
    with Nginx([node.target] * 3) as first, Nginx([node.target] * 3) as second:
        client = connect(first.target, second.target, batch_points_max=100)
        stopping = threading.Event()
        recorded = [0]

        def work() -> None:
            while not stopping.is_set():
                client.record(f"{prefix}{recorded[0] % 50}", 1)
                recorded[0] += 1
                if recorded[0] % 1000 == 0:
                    time.sleep(0.001)

        thread = threading.Thread(target=work)
        thread.start()
        try:
            for _ in range(5):
                before = client.statistics
                until(lambda: client.statistics.acknowledged > before.acknowledged + 2000)
                kill_workers(first)
                kill_workers(second)
                until(lambda: client.statistics.acknowledged > before.acknowledged + 4000)
            first.stop(signal.SIGKILL)
            before = client.statistics
            until(lambda: client.statistics.acknowledged > before.acknowledged + 4000)
        finally:
            stopping.set()
            thread.join()
        client.flush()
        told = client.statistics
        assert told.dropped == 0 and told.acknowledged == recorded[0]
        assert told.connections > 3 and told.batches_resent > 0
        assert node.count(prefix) == recorded[0]


def test_a_full_buffer_makes_callers_wait(node, connect, prefix):
    client = connect(node.target, batch_bytes_max=1024, buffer_bytes_max=4096,
                     batches_in_flight_max=2, when_full="wait")
    for number in range(5000):
        assert client.record(f"{prefix}{number % 10}", 1)
    client.flush()
    assert node.count(prefix) == 5000 and client.statistics.dropped == 0


@pytest.mark.parametrize("policy, kept", [("drop_newest", 0), ("drop_oldest", 4999)])
def test_a_full_buffer_drops_what_was_chosen_and_counts_it(connect, policy, kept):
    client = connect(NOBODY, batch_bytes_max=1024, buffer_bytes_max=4096, when_full=policy)
    results = [client.record("a", number) for number in range(5000)]
    told = client.statistics
    assert told.dropped + told.waiting == 5000 and told.waiting > 50
    assert results[kept]
    assert list(told.drops) == (["buffer_full"] if policy == "drop_newest" else ["displaced"])
    assert told.bytes_waiting <= 4096


def test_waiting_for_room_ends_with_the_client(connect):
    client = connect(NOBODY, batch_bytes_max=1024, buffer_bytes_max=1024, when_full="wait")
    done = []

    def work() -> None:
        while client.record("a", 1):
            pass
        done.append(True)

    thread = threading.Thread(target=work)
    thread.start()
    until(lambda: client.statistics.bytes_waiting > 900)
    client.close(0)
    thread.join()
    assert done and client.statistics.waiting == 0
    check(client)


def test_an_endpoint_is_a_host_and_a_port():
    for wrong in ("", "node", "node:", ":5", "node:0", "node:70000", "node:x"):
        with pytest.raises(ValueError):
            Client(wrong)
    with pytest.raises(ValueError):
        Client()


def test_a_point_has_a_name_a_value_and_labels_of_text(connect):
    client = connect(NOBODY)
    with pytest.raises(TypeError):
        client.record("a", None)
    with pytest.raises(TypeError):
        client.record(5, 1)
    with pytest.raises(TypeError):
        client.record(Series("a"), 1, labels={"b": "c"})
    assert client.statistics.recorded == 0
