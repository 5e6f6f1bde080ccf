# SPDX-License-Identifier: Apache-2.0
"""A client of PushBatches that sends again, wherever it gets to, until every batch is acked."""

import queue
import threading
import time
import uuid

import grpc
from cluster import channel

PUSH_BATCHES = "/telemetry.TelemetryService/PushBatches"
WINDOW = 8


def encode(schema, client: str, sequence: int, confirmed: int, points, age: int = 0):
    """A batch of (name, value) points; `age` in milliseconds, 0 for its first copy."""
    names = sorted({name for name, _ in points})
    numbers = {name: number for number, name in enumerate(names)}
    batch = schema("PointBatch")(client=client, sequence=sequence, confirmed=confirmed,
                                 age_milliseconds=age)
    for name in names:
        batch.series.add(metric=name)
    batch.series_indices.extend(numbers[name] for name, _ in points)
    batch.values.extend(value for _, value in points)
    return batch


def open_stream(on: grpc.Channel, schema):
    call = on.stream_stream(
        PUSH_BATCHES, request_serializer=lambda batch: batch.SerializeToString(),
        response_deserializer=schema("BatchAck").FromString)
    return lambda batches, **options: call(iter(batches), timeout=60, **options)


def push_batches(node, schema, *batches):
    """Sends batches on one stream; the acks, in the order of their coming."""
    return list(open_stream(node.channel, schema)(batches))


class BatchClient:
    """Numbers the points it is given as batches, and sends those again, on stream after stream,
    that are not known to be applied: points that are kept for their owner die with the node that
    keeps them. A stream ends now and then for no reason."""

    def __init__(self, schema, target: str, points, batch_points: int = 100,
                 streams_break: bool = False):
        self.schema, self.target, self.streams_break = schema, target, streams_break
        self.name = str(uuid.uuid4())
        parts = [points[at:at + batch_points] for at in range(0, len(points), batch_points)]
        self.waiting = {number + 1: part for number, part in enumerate(parts)}
        self.acks = {}
        self.sent_at: dict[int, float] = {}
        self.ages: dict[int, int] = {}
        self.streams = self.failures = self.sent = 0

    @property
    def confirmed(self) -> int:
        return min(self.waiting, default=len(self.acks) + 1) - 1

    def _age(self, sequence: int) -> int:
        """Milliseconds since the batch was sent first; more in each copy."""
        now = time.monotonic()
        elapsed = int((now - self.sent_at.setdefault(sequence, now)) * 1000)
        self.ages[sequence] = max(elapsed, self.ages.get(sequence, -1) + 1)
        return self.ages[sequence]

    def run(self) -> None:
        while self.waiting:
            self._stream(batches_max=40)

    def _stream(self, batches_max: int) -> None:
        room = threading.Semaphore(WINDOW)
        ended = threading.Event()
        todo = queue.SimpleQueue()
        for sequence in sorted(self.waiting)[:batches_max]:
            todo.put(sequence)

        def batches():
            while not ended.is_set() and not todo.empty():
                if not room.acquire(timeout=0.1):
                    continue
                sequence = todo.get()
                if sequence in self.waiting:
                    self.sent += 1
                    yield encode(self.schema, self.name, sequence, self.confirmed,
                                 self.waiting[sequence], self._age(sequence))

        self.streams += 1
        with channel(self.target) as own:
            try:
                call = open_stream(own, self.schema)(batches(), wait_for_ready=True)
                for count, ack in enumerate(call):
                    if self.streams_break and count == self.streams % batches_max:
                        call.cancel()
                    self.acks[ack.sequence] = ack
                    if ack.level == 1:
                        self.waiting.pop(ack.sequence, None)
                    room.release()
            except grpc.RpcError as error:
                assert error.code() in (
                    grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.CANCELLED,
                    grpc.StatusCode.UNKNOWN, grpc.StatusCode.INTERNAL), error
                self.failures += 1
            finally:
                ended.set()
