# SPDX-License-Identifier: Apache-2.0
"""What became of points, and what can go wrong for those who wait."""

from __future__ import annotations

import dataclasses

import grpc


@dataclasses.dataclass(frozen=True)
class Rejection:
    """How many points a node rejected for one reason, as in `TIME_TOO_OLD`."""

    reason: str
    count: int
    first_index: int
    """The first such point's number among all that the client took, from 0."""
    hint: str
    """What to do about it, for people."""


@dataclasses.dataclass
class Statistics:
    """Points by what became of them. Always:
    recorded = acknowledged + rejected + dropped + waiting."""

    recorded: int = 0
    """All points ever given to the client."""
    acknowledged: int = 0
    """Accepted by a node."""
    rejected: int = 0
    """Rejected by a node, over all reasons."""
    rejections: dict[str, Rejection] = dataclasses.field(default_factory=dict)
    """By reason."""
    drops: dict[str, int] = dataclasses.field(default_factory=dict)
    """Dropped by the client itself, by reason: `buffer_full` (no room for the point), `displaced`
    (made room for newer ones), `too_large` (the series alone is larger than a batch), `refused` (a
    node called the batch malformed), `closed` (recorded after the client's end), `unacknowledged`
    (left at its end; those that were sent may have been counted all the same)."""
    waiting: int = 0
    """Neither acknowledged, nor rejected, nor dropped."""
    hinted: int = 0
    """Of those acknowledged, points kept for nodes that are away."""
    repeated: int = 0
    """Of those acknowledged, points that an earlier copy of their batch had brought already."""
    batches_sent: int = 0
    """Batches sent for the first time."""
    batches_resent: int = 0
    """Batches sent again after a connection ended."""
    connections: int = 0
    """Connections made."""
    bytes_waiting: int = 0
    """Bytes of the points that wait."""

    @property
    def dropped(self) -> int:
        """Dropped by the client itself, over all reasons."""
        return sum(self.drops.values())

    def drop(self, points: int, reason: str) -> None:
        self.waiting -= points
        self.drops[reason] = self.drops.get(reason, 0) + points

    def reject(self, one: Rejection) -> None:
        self.rejected += one.count
        before = self.rejections.get(one.reason)
        self.rejections[one.reason] = one if before is None else dataclasses.replace(
            before, count=before.count + one.count,
            first_index=min(before.first_index, one.first_index))


@dataclasses.dataclass(frozen=True)
class Unacknowledged:
    """What a client was closed with. False when there is nothing."""

    points_sent: int = 0
    """Points that were sent; the cluster may have counted them."""
    points_unsent: int = 0
    """Points that were never sent."""

    def __bool__(self) -> bool:
        return self.points_sent > 0 or self.points_unsent > 0


class ClientError(Exception):
    """Something went wrong for one who waits for a client."""


class DeadlinePassed(ClientError):
    """The deadline passed with so many points not acknowledged."""

    def __init__(self, points_missing: int, reason: str | None):
        super().__init__(f"{points_missing} points are not acknowledged"
                         + (f" ({reason})" if reason else ""))
        self.points_missing = points_missing


class Refused(ClientError):
    """No endpoint takes batches; the client has ended."""

    def __init__(self, endpoint: str, code: grpc.StatusCode, details: str):
        super().__init__(f"{endpoint}: {code.name}: {details}")
        self.endpoint, self.code = endpoint, code


class Unreachable(ClientError):
    """No endpoint could be reached."""

    def __init__(self, endpoint: str, code: grpc.StatusCode, details: str):
        super().__init__(f"{endpoint}: {code.name}: {details}")
        self.endpoint, self.code = endpoint, code


class Closed(ClientError):
    """The client is closed."""
