# SPDX-License-Identifier: Apache-2.0
"""Live reports: everything first, then what has changed, for readers of any speed."""

import os
import resource
import signal
import threading
import time

import grpc
import pytest
from telemetry import until

STREAM = "/telemetry.TelemetryService/StreamMetrics"


class Live:
    """A live report, and the table that its updates make."""

    def __init__(self, channel, schema, milliseconds=100, timeout=60, **question):
        request = schema("StreamRequest")(
            question=schema("SummaryRequest")(**question), interval_milliseconds=milliseconds)
        method = channel.unary_stream(
            STREAM, request_serializer=lambda message: message.SerializeToString(),
            response_deserializer=schema("MetricUpdate").FromString)
        self.call = method(request, timeout=timeout)
        self.rows, self.updates, self.intervals = {}, 0, 0

    def read(self):
        update = next(self.call)
        self.updates += 1
        assert update.full == (self.updates == 1) == (update.intervals == 0)
        assert not update.report.metrics and not update.report.series
        assert update.report.HasField("coverage") and update.report.as_of > 0
        self.intervals += update.intervals
        for row in update.removed:
            assert not row.HasField("summary")
            del self.rows[row.metric]
        for row in update.changed:
            self.rows[row.metric] = row.summary
        return update

    def read_until(self, holds):
        while not holds(self.rows):
            self.read()
        return self


@pytest.fixture
def live(telemetry, telemetry_schema):
    def make(client=telemetry, **options):
        return Live(client.channel, telemetry_schema, **options)

    return make


def code(call) -> grpc.StatusCode:
    with pytest.raises(grpc.RpcError) as failure:
        while True:
            next(call)
    return failure.value.code()


def test_all_rows_come_first_then_only_what_changed(live, telemetry, prefix):
    telemetry.push([(prefix + "a", 1.0), (prefix + "b", 2.0)])
    reader = live(prefixes=[prefix])
    first = reader.read()
    assert {row.metric for row in first.changed} == {prefix + "a", prefix + "b"}
    telemetry.push([(prefix + "b", 4.0), (prefix + "c", 1.0)])
    reader.read_until(lambda rows: prefix + "c" in rows)
    assert prefix + "a" not in {row.metric for row in reader.read().changed}
    assert {name: row.count for name, row in reader.rows.items()} == {
        prefix + "a": 1, prefix + "b": 2, prefix + "c": 1}
    summary = telemetry.series(prefix)
    assert all(row.sum == summary[name].sum for name, row in reader.rows.items())


def test_updates_come_every_interval_even_when_nothing_changes(live, prefix):
    reader = live(prefixes=[prefix])
    reader.read()
    start = time.monotonic()
    updates = [reader.read() for _ in range(10)]
    took = time.monotonic() - start
    assert not any(update.changed or update.removed for update in updates)
    # They lie on a grid: what one is late, the next is early.
    assert reader.intervals >= 10 and took > 0.8


def test_rows_that_leave_the_window_are_removed(live, start):
    _, client = start("--window", "2s", "--resolution", "1s")
    client.push([("old", 1.0)])
    reader = live(client)
    assert [row.metric for row in reader.read().changed] == ["old"]
    removed = []
    while not removed:
        removed = [row.metric for row in reader.read().removed]
    assert removed == ["old"] and not reader.rows


def test_readers_of_the_same_question_see_the_same(live, telemetry, prefix):
    readers = [live(prefixes=[prefix]) for _ in range(20)]
    for reader in readers:
        reader.read()
    for value in range(3):
        telemetry.push([(prefix + "x", float(value))] * 10)
    for reader in readers:
        reader.read_until(lambda rows: prefix + "x" in rows and rows[prefix + "x"].count == 30)


def resident_bytes(pid: int) -> int:
    with open(f"/proc/{pid}/statm") as file:
        return int(file.read().split()[1]) * resource.getpagesize()


def test_a_slow_reader_gets_fewer_updates_and_takes_no_memory(live, start, open_channel,
                                                              telemetry_schema):
    node, client = start()
    names = [f"{'n' * 90}{number}" for number in range(2000)]
    client.push([(name, 0.0) for name in names])
    # grpcio reads ahead about this much of a stream that nobody takes from.
    channel = open_channel(node.target, ("grpc.http2.lookahead_bytes", 1 << 16),
                           ("grpc.http2.bdp_probe", 0))
    slow = [Live(channel, telemetry_schema, milliseconds=100) for _ in range(10)]
    for reader in slow:
        reader.read()
    quick = live(client).read_until(lambda rows: len(rows) == 2000)
    before = resident_bytes(node.pid)
    for turn in range(30):
        client.push([(name, 1.0) for name in names])
        quick.read_until(lambda rows: min(row.count for row in rows.values()) == turn + 2)
    # 30 updates of 250 KB for each of ten readers would be 75 MB.
    assert resident_bytes(node.pid) - before < 30e6
    for reader in slow:
        reader.read_until(lambda rows: min(row.count for row in rows.values()) == 31)
        assert reader.updates < reader.intervals


def test_what_is_no_question_is_refused(live):
    for options in [{"milliseconds": 99}, {"milliseconds": 3_600_001}, {"page_size": 1},
                    {"page_token": "x"}, {"globs": ["[a"]}, {"as_of": 1}]:
        assert code(live(**options).call) == grpc.StatusCode.INVALID_ARGUMENT


def test_a_report_that_is_too_large_is_refused(live, telemetry, prefix):
    telemetry.push([(f"{prefix}{number}", 1.0) for number in range(100)])
    assert code(live(prefixes=[prefix], bytes_max=100).call) == grpc.StatusCode.RESOURCE_EXHAUSTED


def test_a_node_that_stops_ends_readers_at_once(live, start):
    node, client = start("--shutdown-grace", "60s")
    readers = [live(client, timeout=100) for _ in range(5)]
    for reader in readers:
        reader.read()
    begin = time.monotonic()
    os.kill(node.pid, signal.SIGTERM)
    for reader in readers:
        assert code(reader.call) == grpc.StatusCode.UNAVAILABLE
    assert node.wait() == 0 and time.monotonic() - begin < 20


def test_readers_that_go_leave_nothing(live, start, open_channel, telemetry_schema):
    node, client = start()
    client.push([("x", 1.0)])
    # What the node opens once and keeps comes with the first round.
    left = []
    for _ in range(4):
        channel = grpc.insecure_channel(node.target, options=[("grpc.enable_http_proxy", 0)])
        readers = [Live(channel, telemetry_schema) for _ in range(50)]
        for reader in readers:
            reader.read()
        for reader in readers[:25]:
            reader.call.cancel()
        channel.close()
        until(lambda: not left or node.descriptors() <= max(left) + 1)
        left.append(node.descriptors())
    reader = live(client)
    threading.Thread(target=lambda: client.push([("y", 1.0)])).start()
    reader.read_until(lambda rows: "y" in rows)
