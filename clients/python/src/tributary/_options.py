# SPDX-License-Identifier: Apache-2.0
"""How a client collects, keeps and sends."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Any, Literal

import grpc

# Batches beyond the confirmed mark that a node keeps account of, as PointBatch says.
BATCHES_IN_FLIGHT_MAX = 1024
# Points, and bytes, of one batch at most, whatever the options say: what a node takes.
BATCH_POINTS_MAX = 1 << 16
BATCH_BYTES_MAX = 1 << 20

WhenFull = Literal["wait", "drop_newest", "drop_oldest"]


@dataclasses.dataclass(frozen=True, kw_only=True)
class Options:
    """Times are in seconds. Every drop is counted, whatever is chosen."""

    flush_interval: float = 0.2
    """A point waits no longer than this for others to share its batch."""

    batch_points_max: int = 8192
    """Points in one batch at most."""

    batch_bytes_max: int = 256 << 10
    """Bytes of one batch at most."""

    buffer_bytes_max: int = 16 << 20
    """Bytes of all points, as encoded, that were recorded and have not been acknowledged."""

    when_full: WhenFull = "drop_oldest"
    """What becomes of a point that finds the buffer full: `wait` makes `record` wait for room;
    `drop_newest` drops it; `drop_oldest` drops the oldest points that were never sent, a batch at a
    time. Those that were sent may have been counted already, so they stay: while they alone fill
    the buffer, the new point is dropped."""

    batches_in_flight_max: int = 64
    """Batches sent and not yet acknowledged, at most 1024."""

    ack_timeout: float = 10.0
    """A node that acknowledges nothing for so long is left for another."""

    connect_timeout: float = 5.0
    """How long a connection may take to come about."""

    retry_wait_first: float = 0.1
    """The bound of the first wait after a failure; it doubles with every further one."""

    retry_wait_max: float = 10.0
    """The largest bound of a wait."""

    give_up_after: float | None = None
    """The client fails when it has points and no node has acknowledged any for so long; None: it
    never gives up."""

    exit_timeout: float = 5.0
    """How long a client that was not closed may delay the end of the process to flush."""

    credentials: grpc.ChannelCredentials | None = None
    """For TLS, as before a proxy; None: plain text."""

    channel_options: Sequence[tuple[str, Any]] = ()
    """Further options of grpc's channels."""

    def __post_init__(self) -> None:
        def require(holds: bool, text: str) -> None:
            if not holds:
                raise ValueError(text)

        require(self.flush_interval >= 0, "flush_interval must not be negative")
        require(1 <= self.batch_points_max <= BATCH_POINTS_MAX,
                f"batch_points_max must be in 1...{BATCH_POINTS_MAX}")
        require(1024 <= self.batch_bytes_max <= BATCH_BYTES_MAX,
                f"batch_bytes_max must be in 1024...{BATCH_BYTES_MAX}")
        require(self.buffer_bytes_max >= self.batch_bytes_max, "the buffer must hold a batch")
        require(self.when_full in ("wait", "drop_newest", "drop_oldest"),
                f"when_full cannot be {self.when_full!r}")
        require(1 <= self.batches_in_flight_max <= BATCHES_IN_FLIGHT_MAX,
                f"batches_in_flight_max must be in 1...{BATCHES_IN_FLIGHT_MAX}")
        require(self.ack_timeout > 0 and self.connect_timeout > 0, "timeouts must be positive")
        require(0 < self.retry_wait_first <= self.retry_wait_max,
                "waits need 0 < retry_wait_first <= retry_wait_max")
