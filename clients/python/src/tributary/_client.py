# SPDX-License-Identifier: Apache-2.0
"""The client itself."""

from __future__ import annotations

import atexit
import copy
import logging
import math
import os
import secrets
import threading
import time
from collections.abc import Mapping
from datetime import datetime
from types import TracebackType

from ._batch import Series
from ._courier import Courier, Outbox
from ._options import Options
from ._queue import Recorded
from ._statistics import Closed, ClientError, DeadlinePassed, Statistics, Unacknowledged

log = logging.getLogger("tributary")


class Client:
    """Sends points to a cluster, in batches, and keeps each batch until a node has acknowledged it.

    A batch goes out when it is full or its first point has waited for `flush_interval`. When a
    connection ends the client goes to its next endpoint, after a random and growing wait, and sends
    everything again that was not acknowledged; the cluster counts each batch once, whichever node
    it came to before. So a point is counted exactly once when it was acknowledged, and at most once
    when it was not. What is not acknowledged is kept in memory, bounded in bytes; every point that
    the client gives up is counted in `statistics`, and logged under the name `tributary`.

    Endpoints that say UNIMPLEMENTED, UNAUTHENTICATED or PERMISSION_DENIED, all of them one after
    the other, make the client fail. A batch that a node calls malformed is given up, and counted.

    Safe from any thread. A client that is not closed flushes when the interpreter exits, for at
    most `exit_timeout`. In a forked child it begins anew and empty: what was recorded before is the
    parent's to send.
    """

    def __init__(self, *endpoints: str, options: Options = Options()):
        """`endpoints`, as in `host:port`, are nodes of one cluster, or balancers before them. They
        are tried in random order, when there is something to send."""
        if not endpoints:
            raise ValueError("a client needs an endpoint")
        for endpoint in endpoints:
            host, colon, port = endpoint.rpartition(":")
            if not (host and colon and port.isdigit() and 0 < int(port) < 65536):
                raise ValueError(f"{endpoint!r} is no host:port")
        self._endpoints, self._options = endpoints, options
        self._begin()
        _clients.add(self)

    def _begin(self) -> None:
        """Begins a life, with a name that no other has."""
        self._outbox = Outbox(secrets.token_hex(16), self._options)
        self._courier: Courier | None = None

    def _start(self) -> None:
        """Under the lock. A thread, once it is needed: a client may be made before a fork."""
        if self._courier is None:
            self._courier = Courier(self._endpoints, self._options, self._outbox)
            self._courier.start()

    def __enter__(self) -> Client:
        return self

    def __exit__(self, kind: type[BaseException] | None, _error: BaseException | None,
                 _traceback: TracebackType | None) -> None:
        """Closes the client; raises DeadlinePassed when points are left, unless there is an
        exception on its way already."""
        reason = self._outbox.trouble
        left = self.close()
        if left and kind is None:
            raise DeadlinePassed(
                left.points_sent + left.points_unsent, str(reason) if reason else None)

    # MARK: Recording

    def record(self, series: str | Series, value: float, *,
               labels: Mapping[str, str] | None = None, kind: str = "unspecified",
               at: float | datetime | None = None) -> bool:
        """Records a point. Waits for room only with `when_full="wait"`.

        `series` is the metric's name, to which `labels` and `kind` (`gauge`, `counter` or
        `histogram`) belong, or a `Series`, which has them already. `at` is in Unix seconds; None is
        now. False: the point was dropped, which `statistics` counts by reason.
        """
        if not isinstance(series, Series):
            series = Series(series, labels, kind)
        elif labels is not None or kind != "unspecified":
            raise TypeError("a Series has its labels and its kind already")
        value = float(value)
        if at is None:
            second = int(time.time())
        else:
            second = math.floor(at.timestamp() if isinstance(at, datetime) else at)
        outbox = self._outbox
        with outbox.lock:
            if self._courier is None:
                self._start()
            while True:
                result = outbox.queue.record(series, value, second, time.monotonic())
                if result is Recorded.TAKEN:
                    return True
                if result is Recorded.TAKEN_WITH_NEWS:
                    outbox.news.notify_all()
                    return True
                if result is Recorded.DROPPED:
                    return False
                if self._options.when_full != "wait":
                    outbox.queue.drop("buffer_full")
                    return False
                outbox.changed.wait()

    # MARK: Waiting

    def connect(self) -> None:
        """Connects now rather than with the first batch. Raises Unreachable when all endpoints were
        tried and none could be reached; the client goes on trying when there are points to send."""
        outbox = self._outbox
        with outbox.lock:
            self._start()
            outbox.is_connection_wanted, outbox.trouble = True, None
            outbox.news.notify_all()
            outbox.changed.wait_for(
                lambda: outbox.is_connected or outbox.trouble or outbox.end)
            error = outbox.end or (None if outbox.is_connected else outbox.trouble)
        if error:
            raise error

    def flush(self, timeout: float = 30.0) -> None:
        """Sends everything recorded so far, and returns when each point has been acknowledged, or
        was rejected or dropped, which `statistics` tells. Raises DeadlinePassed when some are
        missing, which are kept and sent further, and Refused or Closed when the client has ended.
        """
        outbox, queue = self._outbox, self._outbox.queue
        with outbox.lock:
            self._start()
            ticket = queue.flush()
            outbox.news.notify_all()
            outbox.changed.wait_for(
                lambda: outbox.end or queue.is_settled(ticket), timeout)
            if outbox.end:
                raise outbox.end
            if not queue.is_settled(ticket):
                raise DeadlinePassed(
                    queue.missing(ticket), str(outbox.trouble) if outbox.trouble else None)

    def close(self, timeout: float = 5.0) -> Unacknowledged:
        """Takes no further points, sends everything recorded so far, and ends the connection. Gives
        back what was not acknowledged in time, which is given up. A second call does nothing."""
        outbox, queue = self._outbox, self._outbox.queue
        _clients.discard(self)
        with outbox.lock:
            ticket = queue.begin_closing()
            outbox.news.notify_all()
            if self._courier is not None:
                outbox.changed.wait_for(
                    lambda: outbox.end or queue.is_settled(ticket), timeout)
            left = queue.abandon()
            if outbox.end is None:
                outbox.end = Closed("the client is closed")
                outbox.left_any = bool(left)
            outbox.news.notify_all()
            outbox.changed.notify_all()
            courier = self._courier
        if courier is not None:
            courier.join()
        if left:
            log.error("closed without acks of %d points that were sent and %d that were not",
                      left.points_sent, left.points_unsent)
        return left

    @property
    def statistics(self) -> Statistics:
        """Points by what became of them, as of now."""
        with self._outbox.lock:
            found = copy.copy(self._outbox.queue.statistics)
            found.rejections, found.drops = dict(found.rejections), dict(found.drops)
            found.bytes_waiting = self._outbox.queue.bytes
        return found


# Those that are not closed: they live to the interpreter's exit, whoever holds them.
_clients: set[Client] = set()


def _flush_all() -> None:
    """The main thread is at its end. Threads can still be started, as a connection needs them."""
    for client in list(_clients):
        if client._courier is None:
            continue
        try:
            client.flush(client._options.exit_timeout)
        except ClientError as error:
            log.error("at exit: %s", error)


def _close_all() -> None:
    """All threads but ours have ended."""
    for client in list(_clients):
        connected = client._outbox.is_connected
        client.close(client._options.exit_timeout if connected else 0)


def _forked() -> None:
    """Neither locks nor threads are what they were."""
    for client in list(_clients):
        client._begin()


# At the interpreter's exit no thread can be started any more (Python 3.12); this comes before.
getattr(threading, "_register_atexit", atexit.register)(_flush_all)
atexit.register(_close_all)
os.register_at_fork(after_in_child=_forked)
