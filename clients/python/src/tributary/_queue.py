# SPDX-License-Identifier: Apache-2.0
"""All points between `record` and the ack. Decides; knows no clock, thread or connection."""

from __future__ import annotations

import collections
import enum
from collections.abc import Iterator

from ._batch import TIME_MAX, TIME_MIN, Batch, OpenBatch, Series
from ._options import Options
from ._proto import telemetry_pb2 as proto
from ._statistics import Rejection, Statistics, Unacknowledged


class Recorded(enum.Enum):
    """What became of a point."""

    TAKEN = enum.auto()
    TAKEN_WITH_NEWS = enum.auto()
    """The sender has something to do that it did not have before."""
    FULL = enum.auto()
    """There is no room. Nothing has been counted."""
    DROPPED = enum.auto()
    """Counted."""


class Finished(Exception):
    """The queue is closing, and everything is acknowledged."""


class BatchQueue:
    """An open batch, closed ones that were never sent, and the window of those that were. A stream
    that ends puts everything that is not acknowledged before it again, in order, on the next."""

    def __init__(self, name: str, options: Options):
        self.name, self.options = name, options
        self.statistics = Statistics()
        self.open = OpenBatch()
        # Ticket of the open batch; closed batches have smaller ones, in order.
        self.ticket = 0
        # Open batches up to this ticket are closed as soon as they can be sent.
        self.urgent_ticket = -1
        self.points_taken = 0
        self.unsent: collections.deque[Batch] = collections.deque()
        # Sent batches by sequence, in order, without those that are acknowledged.
        self.window: dict[int, Batch] = {}
        # All batches up to this one are acknowledged, or were given up.
        self.confirmed = 0
        self.sequence_last = 0
        # The sequence that goes on the stream next: smaller ones are on it already.
        self.cursor = 1
        # Batches on this stream without an ack.
        self.outstanding = 0
        self.outstanding_since: float | None = None
        # Batches up to this one go alone: one of them is malformed, says a node.
        self.suspect_through = 0
        self.closed_bytes = 0
        self.is_closing = False

    @property
    def bytes(self) -> int:
        return self.closed_bytes + (self.open.bytes if self.open.points else 0)

    @property
    def is_empty(self) -> bool:
        return not (self.open.points or self.unsent or self.window)

    # MARK: Recording

    def record(self, series: Series, value: float, time: int, now: float) -> Recorded:
        if self.is_closing:
            return self.drop("closed")
        options, open_ = self.options, self.open
        time = min(max(time, TIME_MIN), TIME_MAX)
        cost = open_.cost(series, time)
        has_news = open_.points == 0
        if open_.bytes + cost > options.batch_bytes_max or open_.points == options.batch_points_max:
            if open_.points == 0:
                return self.drop("too_large")
            self.close_batch()
            has_news = True
            cost = self.open.cost(series, time)
            if self.open.bytes + cost > options.batch_bytes_max:
                return self.drop("too_large")
        while self.closed_bytes + self.open.bytes + cost > options.buffer_bytes_max:
            if options.when_full != "drop_oldest" or not self._drop_oldest():
                return Recorded.FULL
            cost = self.open.cost(series, time)
        self.open.append(series, value, time, cost, now)
        self.points_taken += 1
        self.statistics.recorded += 1
        self.statistics.waiting += 1
        if has_news or self.open.points == options.batch_points_max:
            return Recorded.TAKEN_WITH_NEWS
        return Recorded.TAKEN

    def drop(self, reason: str) -> Recorded:
        """A point is given up before it was taken."""
        self.statistics.recorded += 1
        self.statistics.waiting += 1
        self.statistics.drop(1, reason)
        return Recorded.DROPPED

    def _drop_oldest(self) -> bool:
        if not self.unsent and self.open.points:
            self.close_batch()
        if not self.unsent:
            return False
        self._forget(self.unsent.popleft(), "displaced")
        return True

    def _forget(self, batch: Batch, reason: str) -> None:
        self.closed_bytes -= batch.bytes
        self.statistics.drop(batch.points, reason)

    def close_batch(self) -> None:
        """Closes the open batch."""
        points = self.open.points
        batch = Batch(self.ticket, self.open.message(), self.points_taken - points, points)
        self.closed_bytes += batch.bytes
        self.unsent.append(batch)
        self.open = OpenBatch()
        self.ticket += 1

    # MARK: Flushing

    def flush(self) -> int:
        """All points so far go out without waiting for others; gives the last one's ticket."""
        if not self.open.points:
            return self.ticket - 1
        self.urgent_ticket = self.ticket
        return self.ticket

    def due_at(self) -> float | None:
        """When the open batch is to be closed; None: it is empty."""
        if self.open.opened_at is None:
            return None
        if self.urgent_ticket >= self.ticket:
            return self.open.opened_at
        return self.open.opened_at + self.options.flush_interval

    def needs_stream(self, now: float) -> bool:
        due = self.due_at()
        return bool(self.window or self.unsent) or (due is not None and now >= due)

    def _batches(self) -> Iterator[Batch]:
        yield from self.window.values()
        yield from self.unsent

    def missing(self, ticket: int) -> int:
        """Points in batches up to a ticket that are not acknowledged."""
        closed = sum(batch.points for batch in self._batches() if batch.ticket <= ticket)
        return closed + (self.open.points if self.ticket <= ticket else 0)

    def is_settled(self, ticket: int) -> bool:
        """Whether nothing of the batches up to a ticket is kept any more."""
        oldest = next(self._batches(), None)
        return (oldest.ticket if oldest else self.ticket) > ticket

    def begin_closing(self) -> int:
        """No further points are taken."""
        self.is_closing = True
        return self.flush()

    def abandon(self) -> Unacknowledged:
        """Gives up all that is kept."""
        self.is_closing = True
        if self.open.points:
            self.close_batch()
        left = Unacknowledged(
            points_sent=sum(batch.points for batch in self.window.values()),
            points_unsent=sum(batch.points for batch in self.unsent))
        for batch in self._batches():
            self._forget(batch, "unacknowledged")
        self.window.clear()
        self.unsent.clear()
        self.confirmed = self.sequence_last
        self.stream_ended()
        return left

    # MARK: The stream

    def next(self, now: float) -> proto.PointBatch | None:
        """What goes on the stream next; None: nothing now. Raises Finished."""
        if self.confirmed < self.suspect_through and self.outstanding:
            return None
        while self.cursor <= self.sequence_last:
            if (batch := self.window.get(self.cursor)) is not None:
                self.statistics.batches_resent += 1
                return self._put(batch, now)
            self.cursor += 1
        if self.is_closing and self.is_empty:
            raise Finished
        if self.sequence_last - self.confirmed >= self.options.batches_in_flight_max:
            return None
        if not self.unsent:
            due = self.due_at()
            if due is None or now < due:
                return None
            self.close_batch()
        batch = self.unsent.popleft()
        self.sequence_last += 1
        batch.message.client = self.name
        batch.message.sequence = self.sequence_last
        self.window[self.sequence_last] = batch
        self.statistics.batches_sent += 1
        return self._put(batch, now)

    def _put(self, batch: Batch, now: float) -> proto.PointBatch:
        batch.message.confirmed = self.confirmed
        batch.grow(now)
        if self.outstanding == 0:
            self.outstanding_since = now
        self.outstanding += 1
        self.cursor += 1
        return batch.message

    def acknowledged(self, ack: proto.BatchAck, now: float) -> bool:
        """A node has said what became of a batch; False: of one that is not awaited."""
        if ack.sequence >= self.cursor or ack.sequence not in self.window:
            return False
        batch = self._settle(ack.sequence)
        self.closed_bytes -= batch.bytes
        self.outstanding -= 1
        self.outstanding_since = now if self.outstanding else None
        self._count(ack, batch)
        return True

    def _settle(self, sequence: int) -> Batch:
        batch = self.window.pop(sequence)
        self.confirmed = next(iter(self.window), self.sequence_last + 1) - 1
        self.cursor = max(self.cursor, self.confirmed + 1)
        return batch

    def _count(self, ack: proto.BatchAck, batch: Batch) -> None:
        """What the ack says of rejected points counts, the rest is accepted."""
        left = batch.points
        for one in ack.rejections:
            count = min(max(0, one.count), left)
            left -= count
            if count == 0:
                continue
            index = min(max(0, one.first_index), batch.points - 1)
            self.statistics.reject(Rejection(
                reason=_reason(one.reason), count=count, first_index=batch.first_point + index,
                hint=one.hint))
        self.statistics.waiting -= batch.points
        self.statistics.acknowledged += left
        self.statistics.hinted += min(max(0, ack.points_hinted), left)
        self.statistics.repeated += min(max(0, ack.points_repeated), left)

    def is_stalled(self, now: float) -> bool:
        """Whether the node has acknowledged nothing for too long."""
        since = self.outstanding_since
        return since is not None and now >= since + self.options.ack_timeout

    def stream_ended(self) -> None:
        """What is not acknowledged goes on the next stream."""
        self.cursor = self.confirmed + 1
        self.outstanding = 0
        self.outstanding_since = None

    def stream_refused(self) -> int:
        """The stream is over because a node called a batch malformed. It does not say which, so
        those that may be meant are sent again one at a time, and the one that ends its stream alone
        is given up. Gives how many points that were."""
        points = 0
        if self.outstanding > 1:
            self.suspect_through = self.cursor - 1
        elif self.outstanding == 1:
            sequence = next(one for one in self.window if one < self.cursor)
            batch = self._settle(sequence)
            self._forget(batch, "refused")
            points = batch.points
        self.stream_ended()
        return points


def _reason(number: int) -> str:
    """As in `TIME_TOO_OLD`."""
    try:
        return proto.RejectReason.Name(number).removeprefix("REJECT_REASON_")
    except ValueError:
        return f"REASON_{number}"
