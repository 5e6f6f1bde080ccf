# SPDX-License-Identifier: Apache-2.0
"""What the Python client keeps and sends, without clock, thread or connection."""

import random

import pytest
from tributary import Options, Refused, Series, Unreachable
from tributary._courier import Backoff, Reconnection
from tributary._proto import telemetry_pb2 as proto
from tributary._queue import BatchQueue, Finished, Recorded

import grpc

NOW = 1_700_000_000


def queue(**options) -> BatchQueue:
    return BatchQueue("me", Options(**options))


def record(keeper: BatchQueue, name: str, value: float = 1.0, at: int = NOW, now: float = 0.0):
    return keeper.record(Series(name), value, at, now)


def send(keeper: BatchQueue, now: float = 0.0):
    """A copy of what goes out next."""
    message = keeper.next(now)
    return None if message is None else proto.PointBatch.FromString(message.SerializeToString())


def send_one(keeper: BatchQueue, name: str):
    record(keeper, name)
    keeper.flush()
    return send(keeper)


def ack(batch) -> proto.BatchAck:
    return proto.BatchAck(sequence=batch.sequence, points_received=len(batch.values))


def points(batch):
    """The points of a batch, read the slow and obvious way."""
    time = batch.first_time
    for index, value in enumerate(batch.values):
        time += batch.time_deltas[index] if batch.time_deltas else 0
        series = batch.series[batch.series_indices[index]]
        yield series.metric, dict(series.labels), series.kind, value, time


def test_a_point_waits_for_others_until_the_interval_has_passed():
    keeper = queue(flush_interval=0.2)
    assert record(keeper, "a") is Recorded.TAKEN_WITH_NEWS
    assert record(keeper, "b", now=0.15) is Recorded.TAKEN
    assert send(keeper, 0.19) is None and keeper.due_at() == 0.2
    batch = send(keeper, 0.2)
    assert [point[0] for point in points(batch)] == ["a", "b"]
    assert (batch.client, batch.sequence, batch.confirmed) == ("me", 1, 0)
    assert keeper.due_at() is None


def test_points_arrive_as_they_were_recorded():
    keeper = queue()
    chosen = [("cpu", {"host": "a", "core": "1"}, "gauge"), ("é", {}, "counter"),
              ("cpu", {}, "histogram")]
    times = [NOW, NOW - 1000, NOW + 1, NOW + 1]
    expected = []
    for index in range(12):
        name, labels, kind = chosen[index % 3]
        keeper.record(Series(name, labels, kind), index / 3, times[index % 4], 0)
        number = proto.MetricKind.Value(f"METRIC_KIND_{kind.upper()}")
        expected.append((name, labels, number, index / 3, times[index % 4]))
    keeper.flush()
    batch = send(keeper)
    assert list(points(batch)) == expected
    assert len(batch.series) == 3


def test_acks_come_in_any_order():
    keeper = queue()
    batches = [send_one(keeper, name) for name in "abcd"]
    marks = []
    for index in (2, 0, 1, 3):
        assert keeper.acknowledged(ack(batches[index]), 0)
        assert not keeper.acknowledged(ack(batches[index]), 0)
        marks.append(keeper.confirmed)
    assert marks == [0, 1, 3, 4]
    assert send_one(keeper, "e").confirmed == 4


def test_what_is_not_acknowledged_is_sent_again_unchanged():
    keeper = queue()
    batches = [send_one(keeper, name) for name in "abc"]
    keeper.acknowledged(ack(batches[1]), 0)
    keeper.stream_ended()
    # Each copy is older than the one before, if only by a millisecond.
    again = [send(keeper), send(keeper), send(keeper)]
    for batch in (batches[0], batches[2]):
        assert batch.age_milliseconds == 0
        batch.age_milliseconds = 1
    assert again == [batches[0], batches[2], None]


def test_a_malformed_batch_is_found_and_given_up():
    keeper = queue()
    for name in "abc":
        send_one(keeper, name)
    assert keeper.stream_refused() == 0
    first = send(keeper)
    assert send(keeper) is None
    keeper.acknowledged(ack(first), 0)
    assert send(keeper).sequence == 2
    assert keeper.stream_refused() == 1
    assert send(keeper).sequence == 3
    assert keeper.statistics.drops == {"refused": 1}


def test_a_series_larger_than_a_batch_is_dropped_and_counted():
    keeper = queue(batch_bytes_max=1024)
    record(keeper, "a")
    assert record(keeper, "x" * 1024) is Recorded.DROPPED
    assert keeper.statistics.drops == {"too_large": 1}


@pytest.mark.parametrize("labels", [{"a": 1}, {1: "a"}, {"a": "\ud800"}, {"a": None}])
def test_labels_that_are_no_text_are_refused_at_once(labels):
    with pytest.raises((TypeError, ValueError)):
        Series("a", labels)


def test_kinds_and_options_are_checked():
    for wrong in ({"batch_points_max": 0}, {"when_full": "panic"}, {"batches_in_flight_max": 1025},
                  {"buffer_bytes_max": 1}, {"retry_wait_max": 0.01}, {"ack_timeout": 0}):
        with pytest.raises(ValueError):
            Options(**wrong)
    with pytest.raises(ValueError):
        Series("a", kind="guage")


def test_waits_grow_up_to_their_bound_and_any_share_of_it_is_waited():
    backoff = Backoff(1, 4)
    assert [backoff.failed(1) for _ in range(4)] == [1, 2, 4, 4]
    assert backoff.failed(0.25) == 1
    backoff.succeeded()
    assert backoff.failed(0.5) == 0.5


def test_endpoints_take_turns_and_all_that_refuse_end_the_client():
    next_ = Reconnection(["a:1", "b:1"], Backoff(1, 4))
    away, refused = grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.UNIMPLEMENTED
    assert next_.ended(away, False, 1) == 1
    assert (next_.endpoint, next_.all_failed) == ("b:1", False)
    assert next_.ended(refused, False, 1) == 2 and next_.all_failed
    assert next_.ended(away, True, 1) == 0 and not next_.all_failed
    assert next_.ended(refused, False, 0) == 0
    assert next_.ended(refused, False, 0) is Refused


def test_without_an_ack_for_too_long_it_is_over():
    next_ = Reconnection(["a:1", "b:1"], Backoff(1, 4), give_up_after=10)
    away = grpc.StatusCode.UNAVAILABLE
    steps = [(0, False), (9, False), (9, True), (12, False), (21, False), (22, False)]
    ends = [next_.ended(away, progress, 0, now, now) for now, progress in steps]
    assert ends == [0, 0, 0, 0, 0, Unreachable]


@pytest.mark.parametrize("seed", range(60))
def test_any_weather(seed):
    """Each point that was acknowledged counts once, and every other one is accounted for."""
    dice = random.Random(seed)
    policy = ("wait", "drop_newest", "drop_oldest")[seed % 3]
    buffer = dice.randrange(1024, 4096)
    keeper = queue(
        batch_points_max=dice.randrange(1, 10), batch_bytes_max=1024, buffer_bytes_max=buffer,
        batches_in_flight_max=dice.randrange(1, 7), when_full=policy)
    applied, acked, taken, on_stream = {}, set(), set(), []
    value, now = 0.0, 0.0

    def take(batch):
        before = applied.setdefault(batch.sequence, batch)
        assert list(before.values) == list(batch.values)
        assert batch.confirmed < batch.sequence <= batch.confirmed + 1024
        assert set(range(1, batch.confirmed + 1)) <= acked

    for _ in range(400):
        step = dice.randrange(10)
        if step < 4:
            value += 1
            result = record(keeper, f"m{dice.randrange(20)}", value, NOW, now)
            if result in (Recorded.TAKEN, Recorded.TAKEN_WITH_NEWS):
                taken.add(value)
        elif step == 4:
            now += dice.random() / 3
        elif step == 5:
            keeper.flush()
        elif step < 8:
            if (batch := send(keeper, now)) is not None:
                on_stream.append(batch)
                # It is lost with its stream, or comes through.
                if dice.randrange(5):
                    take(batch)
        elif step == 8 and on_stream:
            batch = on_stream.pop(dice.randrange(len(on_stream)))
            if batch.sequence in applied:
                assert keeper.acknowledged(ack(batch), now)
                acked.add(batch.sequence)
        elif dice.randrange(4) == 0:
            keeper.stream_ended()
            on_stream = []
        told = keeper.statistics
        assert told.recorded == told.acknowledged + told.rejected + told.dropped + told.waiting
        assert keeper.bytes <= buffer
    keeper.stream_ended()
    keeper.begin_closing()
    while not keeper.is_empty:
        batch = send(keeper, now)
        take(batch)
        assert keeper.acknowledged(ack(batch), now)
        acked.add(batch.sequence)
    with pytest.raises(Finished):
        keeper.next(now)
    counted = [value for batch in applied.values() for value in batch.values]
    assert len(counted) == len(set(counted)) == told.acknowledged
    assert set(counted) <= taken
    assert len(taken) == told.acknowledged + told.drops.get("displaced", 0)
    assert told.waiting == 0 and keeper.bytes == 0
