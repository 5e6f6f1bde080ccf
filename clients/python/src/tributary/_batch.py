# SPDX-License-Identifier: Apache-2.0
"""Series, and the batches that points of theirs are collected in."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from ._proto import telemetry_pb2 as proto

# What a closed batch takes beside its body: client (66), sequence and confirmed (11 each), age (6).
BATCH_HEAD_BYTES: Final = 66 + 11 + 11 + 6
# What an open one takes beside its rows and series: its head, first time (11), heads of columns.
BATCH_OVERHEAD_BYTES: Final = BATCH_HEAD_BYTES + 11 + 3 * 6
# The oldest that a copy can say it is: 49 days.
AGE_MAX: Final = (1 << 32) - 1
# What a series takes in a batch beside its own bytes: tag and length.
SERIES_OVERHEAD_BYTES: Final = 6
# Times that are taken as they are: up to the end of the year 9999. 0, to a node, means now.
TIME_MIN: Final = 1
TIME_MAX: Final = 253_402_300_799

KINDS: Final = {
    "unspecified": proto.METRIC_KIND_UNSPECIFIED,
    "gauge": proto.METRIC_KIND_GAUGE,
    "counter": proto.METRIC_KIND_COUNTER,
    "histogram": proto.METRIC_KIND_HISTOGRAM,
}


class Series:
    """A metric's name with its labels. Keeping one and recording into it is cheaper than giving
    name and labels with every point."""

    __slots__ = ("message", "key", "encoded_bytes", "_hash")

    def __init__(self, metric: str, labels: Mapping[str, str] | None = None,
                 kind: str = "unspecified"):
        """Raises TypeError or ValueError for what is no text, or no kind."""
        if kind not in KINDS:
            raise ValueError(f"kind cannot be {kind!r}; it is one of {', '.join(KINDS)}")
        self.message = proto.BatchSeries(metric=metric, labels=labels, kind=KINDS[kind])
        self.key = (metric, tuple(sorted(labels.items())) if labels else (), kind)
        self.encoded_bytes = self.message.ByteSize()
        self._hash = hash(self.key)

    def __hash__(self) -> int:
        return self._hash

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Series) and self.key == other.key

    def __repr__(self) -> str:
        return f"Series{self.key!r}"


def varint_bytes(value: int) -> int:
    """Bytes of a Protobuf integer: one for each seven bits."""
    return max(1, (value.bit_length() + 6) // 7)


class OpenBatch:
    """Points that are being collected, in columns; each series stands once."""

    def __init__(self) -> None:
        self.bytes = BATCH_OVERHEAD_BYTES
        self.opened_at: float | None = None
        self.places: dict[Series, int] = {}
        self.indices: list[int] = []
        self.values: list[float] = []
        self.times: list[int] = []

    @property
    def points(self) -> int:
        return len(self.values)

    def cost(self, series: Series, time: int) -> int:
        """By how many bytes one more point makes it larger, at most."""
        delta = time - self.times[-1] if self.times else 0
        row = 8 + varint_bytes(2 * abs(delta))
        place = self.places.get(series)
        if place is not None:
            return row + varint_bytes(place)
        new = series.encoded_bytes + SERIES_OVERHEAD_BYTES
        return row + varint_bytes(len(self.places)) + new

    def append(self, series: Series, value: float, time: int, cost: int, now: float) -> None:
        if self.opened_at is None:
            self.opened_at = now
        self.indices.append(self.places.setdefault(series, len(self.places)))
        self.values.append(value)
        self.times.append(time)
        self.bytes += cost

    def message(self) -> proto.PointBatch:
        """The batch, without client and numbers."""
        times = self.times
        first = times[0] if times else 0
        deltas: list[int] = []
        if any(time != first for time in times):
            deltas = [0] + [later - time for time, later in zip(times, times[1:])]
        return proto.PointBatch(
            series=[series.message for series in self.places], series_indices=self.indices,
            values=self.values, first_time=first, time_deltas=deltas)


class Batch:
    """A closed batch. It gets its sequence when it is sent for the first time, and keeps it."""

    __slots__ = ("ticket", "message", "first_point", "points", "bytes", "sent_at")

    def __init__(self, ticket: int, message: proto.PointBatch, first_point: int, points: int):
        self.ticket = ticket
        self.message = message
        self.first_point = first_point
        self.points = points
        self.bytes = message.ByteSize() + BATCH_HEAD_BYTES
        self.sent_at: float | None = None

    def grow(self, now: float) -> None:
        """It is sent, perhaps again: each copy is older than the one before."""
        if self.sent_at is None:
            self.sent_at = now
            return
        age = max(self.message.age_milliseconds + 1, int((now - self.sent_at) * 1000))
        self.message.age_milliseconds = min(age, AGE_MAX)
