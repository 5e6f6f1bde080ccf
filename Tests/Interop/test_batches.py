# SPDX-License-Identifier: Apache-2.0
"""PushBatches, as grpcio speaks it."""

import math
import queue
import time

import grpc
import pytest

PUSH_BATCHES = "/telemetry.TelemetryService/PushBatches"


@pytest.fixture
def push(telemetry, telemetry_schema):
    """Opens a stream of batches, given as messages or bytes."""
    call = telemetry.channel.stream_stream(
        PUSH_BATCHES,
        request_serializer=lambda one: one if isinstance(one, bytes) else one.SerializeToString(),
        response_deserializer=telemetry_schema("BatchAck").FromString)
    return lambda batches, **options: call(iter(batches), timeout=30, **options)


@pytest.fixture
def batch(telemetry_schema, prefix):
    """A batch of points (name, value, seconds ago), of a client of the test's own."""

    def make(sequence: int, points, client: str = "client", **fields):
        made = telemetry_schema("PointBatch")(
            client=prefix + client, sequence=sequence, **fields)
        names = sorted({name for name, *_ in points})
        for name in names:
            made.series.add(metric=prefix + name)
        before = made.first_time = int(time.time())
        for name, value, *ago in points:
            made.series_indices.append(names.index(name))
            made.values.append(value)
            at = made.first_time - (ago[0] if ago else 0)
            made.time_deltas.append(at - before)
            before = at
        return made

    return make


def test_a_batch_sent_again_counts_once(push, batch, telemetry, prefix):
    points = [("a", 1.0), ("b", 2.0, 30), ("a", 3.0, 60)]
    batches = [batch(sequence, points) for sequence in range(1, 11)]
    first = list(push(batches + batches[:3]))
    assert sorted(ack.sequence for ack in first) == sorted([*range(1, 11), 1, 2, 3])
    assert sum(ack.points_repeated for ack in first) == 9
    again = list(push(reversed(batches)))
    assert all((ack.points_received, ack.points_repeated, ack.level) == (3, 3, 1) for ack in again)
    series = telemetry.series(prefix)
    assert {name: (one.count, one.sum) for name, one in series.items()} == {
        prefix + "a": (20, 40.0), prefix + "b": (10, 20.0)}


def test_acks_come_while_the_stream_is_open(push, batch, telemetry, prefix):
    todo = queue.Queue()
    call = push(iter(todo.get, None))
    for sequence in range(1, 6):
        todo.put(batch(sequence, [("a", 1.0)], confirmed=sequence - 1))
        ack = next(call)
        assert (ack.sequence, ack.points_received) == (sequence, 1)
        assert telemetry.series(prefix)[prefix + "a"].count == sequence
    todo.put(None)
    assert list(call) == []
    assert call.code() == grpc.StatusCode.OK


def test_points_are_rejected_one_by_one(push, batch, telemetry_schema, telemetry, prefix):
    made = batch(1, [("a", 1.0), ("a", math.nan), ("a", 2.0, 100_000), ("a", 3.0), ("b", 4.0)])
    made.series[1].metric = ""
    [ack] = push([made])
    reasons = telemetry_schema.enum("RejectReason")
    assert {(one.reason, one.count, one.first_index) for one in ack.rejections} == {
        (reasons["REJECT_REASON_VALUE_NAN"], 1, 1), (reasons["REJECT_REASON_TIME_TOO_OLD"], 1, 2),
        (reasons["REJECT_REASON_NAME_EMPTY"], 1, 4)}
    assert (ack.points_received, ack.points_rejected) == (2, 3)
    assert telemetry.series(prefix)[prefix + "a"].sum == 4


def test_what_is_wrong_with_a_batch_is_named(push, batch, telemetry_schema):
    def shorter(made):
        made.values.pop()

    def no_series(made):
        made.series_indices[1] = 7

    def another_client(made):
        made.client = "another"

    def confirmed(made):
        made.confirmed = 2

    for spoil, where in [(shorter, "batch 2: values[1]"), (no_series, "batch 2: series_indices[1]"),
                         (another_client, "batch 2: client"), (confirmed, "batch 2: sequence")]:
        spoilt = batch(2, [("a", 1.0), ("b", 2.0)])
        spoil(spoilt)
        call = push([batch(1, [("a", 1.0)]), spoilt, batch(3, [("a", 1.0)])])
        acks = []
        with pytest.raises(grpc.RpcError) as error:
            for ack in call:
                acks.append(ack.sequence)
        assert acks == [1]
        assert error.value.code() == grpc.StatusCode.INVALID_ARGUMENT
        assert where in error.value.details()
    with pytest.raises(grpc.RpcError) as error:
        list(push([b"\xff"]))
    assert "message 0 is no telemetry.PointBatch" in error.value.details()


def test_copies_on_many_streams_at_once_count_once(push, batch, telemetry, prefix):
    batches = [batch(sequence, [("a", 1.0)] * 50) for sequence in range(1, 101)]
    calls = [push(batches) for _ in range(8)]
    acks = [ack for call in calls for ack in call]
    assert all(ack.points_received == 50 for ack in acks)
    assert sum(ack.points_repeated for ack in acks) == 7 * 100 * 50
    assert telemetry.series(prefix)[prefix + "a"].count == 100 * 50
