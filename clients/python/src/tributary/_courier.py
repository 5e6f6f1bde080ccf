# SPDX-License-Identifier: Apache-2.0
"""Keeps a stream to one of the endpoints as long as there is something to deliver."""

from __future__ import annotations

import logging
import random
import threading
import time
from collections.abc import Iterator, Sequence

import grpc

from ._options import Options
from ._proto import telemetry_pb2 as proto
from ._proto import telemetry_pb2_grpc as stubs
from ._queue import BatchQueue, Finished
from ._statistics import ClientError, Refused, Unreachable

log = logging.getLogger("tributary")

# Asking again would bring the same answer.
FOR_GOOD = (grpc.StatusCode.UNIMPLEMENTED, grpc.StatusCode.UNAUTHENTICATED,
            grpc.StatusCode.PERMISSION_DENIED)
# How often in an ack's timeout it is looked whether it has passed.
STALL_CHECKS = 4
# How long a node may take to end a stream that has nothing left, when the client is closed.
STREAM_END_SECONDS = 1.0


class Backoff:
    """How long to wait before the next attempt: any time up to a bound that doubles with each
    failure ("full jitter", M. Brooker, AWS Architecture Blog, 2015)."""

    def __init__(self, first: float, longest: float):
        self._first, self._longest, self._bound = first, longest, first

    def failed(self, share: float) -> float:
        """How long to wait; `share` is from 0 to 1."""
        bound, self._bound = self._bound, min(2 * self._bound, self._longest)
        return float(bound * share)

    def succeeded(self) -> None:
        self._bound = self._first


class Reconnection:
    """Which endpoint is next, when, and when no more."""

    def __init__(self, endpoints: Sequence[str], backoff: Backoff,
                 give_up_after: float | None = None):
        self._endpoints, self._backoff = endpoints, backoff
        self._give_up_after = give_up_after
        # Since when there was no progress; None: there was, at the last attempt.
        self._stuck_since: float | None = None
        self._turn = 0
        self._refusals = 0
        self._failures = 0

    @property
    def endpoint(self) -> str:
        return self._endpoints[self._turn % len(self._endpoints)]

    @property
    def all_failed(self) -> bool:
        """Whether every endpoint has failed since one last took a batch."""
        return self._failures >= len(self._endpoints)

    def ended(self, code: grpc.StatusCode, had_progress: bool, share: float,
              since: float = 0.0, now: float = 0.0) -> float | type[ClientError]:
        """A stream, begun at `since`, is over: how long to wait, or how the client fails."""
        self._turn += 1
        if had_progress:
            self._backoff.succeeded()
            self._refusals = self._failures = 0
            self._stuck_since = None
            # A node that drains or grows old is left at once; its stream did well.
            return 0.0
        self._failures += 1
        self._refusals = self._refusals + 1 if code in FOR_GOOD else 0
        if self._refusals >= len(self._endpoints):
            return Refused
        if self._stuck_since is None:
            self._stuck_since = since
        wait = self._backoff.failed(share)
        if (self._give_up_after is not None
                and now + wait >= self._stuck_since + self._give_up_after):
            return Unreachable
        return wait


class Outbox:
    """The queue of a client under its lock, with those who wait for something to become of it."""

    def __init__(self, name: str, options: Options):
        self.lock = threading.Lock()
        # The sender has something to look at.
        self.news = threading.Condition(self.lock)
        # Something has become of batches or the connection.
        self.changed = threading.Condition(self.lock)
        self.queue = BatchQueue(name, options)
        self.is_connection_wanted = False
        self.is_connected = False
        # All endpoints failed in a row.
        self.trouble: ClientError | None = None
        # The client has failed for good, or is closed.
        self.end: ClientError | None = None
        # Something was given up at the end.
        self.left_any = False

    @property
    def is_over(self) -> bool:
        return self.end is not None or (self.queue.is_closing and self.queue.is_empty)


class Session:
    """One stream to one endpoint: batches out, acks in, until either side ends it."""

    def __init__(self, endpoint: str, options: Options, outbox: Outbox):
        self.endpoint, self.options, self.outbox = endpoint, options, outbox
        self.code, self.details = grpc.StatusCode.OK, ""
        self.had_progress = self.was_connected = False
        self._is_over = False

    def run(self) -> None:
        """Connects, and delivers until the stream is over."""
        options = [
            # A connection of its own, which waits by no rules of gRPC's after a failure.
            ("grpc.use_local_subchannel_pool", 1),
            ("grpc.min_reconnect_backoff_ms", int(1000 * self.options.connect_timeout)),
            *self.options.channel_options]
        if self.options.credentials is None:
            channel = grpc.insecure_channel(self.endpoint, options)
        else:
            channel = grpc.secure_channel(self.endpoint, self.options.credentials, options)
        with channel:
            if self._connect(channel):
                self._deliver(stubs.TelemetryServiceStub(channel))

    def _connect(self, channel: grpc.Channel) -> bool:
        outbox = self.outbox
        states: list[grpc.ChannelConnectivity] = []
        ends = (grpc.ChannelConnectivity.READY, grpc.ChannelConnectivity.TRANSIENT_FAILURE)

        def told(state: grpc.ChannelConnectivity) -> None:
            if state in ends:
                with outbox.lock:
                    states.append(state)
                    outbox.changed.notify_all()

        channel.subscribe(told, try_to_connect=True)
        with outbox.lock:
            outbox.changed.wait_for(
                lambda: states or outbox.end is not None, self.options.connect_timeout)
            is_ready = bool(states) and states[0] is grpc.ChannelConnectivity.READY
            if is_ready:
                self.was_connected = True
                outbox.is_connected, outbox.is_connection_wanted = True, False
                outbox.trouble = None
                outbox.queue.statistics.connections += 1
                outbox.changed.notify_all()
        channel.unsubscribe(told)
        if is_ready:
            log.info("sending to %s", self.endpoint)
        else:
            self.code, self.details = grpc.StatusCode.UNAVAILABLE, "cannot connect"
        return is_ready

    def _deliver(self, stub: stubs.TelemetryServiceStub) -> None:
        call = stub.PushBatches(self._batches())
        reader = threading.Thread(
            target=self._read_acks, args=(call,), name="tributary-acks", daemon=True)
        reader.start()
        self._watch()
        call.cancel()
        reader.join()

    def _watch(self) -> None:
        """Waits for the end of the stream, or brings it about: a node that is stuck, or gone
        without a word, is not waited for, nor is any once the client has ended."""
        outbox, deadline = self.outbox, None
        with outbox.lock:
            while not self._is_over:
                now = time.monotonic()
                if outbox.queue.is_stalled(now):
                    self._finish(grpc.StatusCode.DEADLINE_EXCEEDED,
                                 f"no ack for {self.options.ack_timeout:g} s")
                    return
                wait = self.options.ack_timeout / STALL_CHECKS
                if outbox.end is not None:
                    grace = 0 if outbox.left_any else STREAM_END_SECONDS
                    deadline = deadline or now + grace
                    if now >= deadline:
                        self._finish(grpc.StatusCode.CANCELLED, "the client has ended")
                        return
                    wait = deadline - now
                outbox.changed.wait(wait)

    def _finish(self, code: grpc.StatusCode, details: str) -> None:
        """Under the lock. The first end counts."""
        if not self._is_over:
            self._is_over = True
            self.code, self.details = code, details
        # The request iterator returns, and its thread ends.
        self.outbox.news.notify_all()
        self.outbox.changed.notify_all()

    def _batches(self) -> Iterator[proto.PointBatch]:
        """What is to be sent; gRPC takes it from a thread of its own."""
        outbox, queue = self.outbox, self.outbox.queue
        while True:
            with outbox.lock:
                while True:
                    now = time.monotonic()
                    if self._is_over:
                        return
                    try:
                        message = queue.next(now)
                    except Finished:
                        return
                    if message is not None:
                        break
                    due = queue.due_at()
                    # What is due and cannot be sent waits for an ack.
                    outbox.news.wait(due - now if due is not None and due > now else None)
            yield message

    def _read_acks(self, call) -> None:
        code, details = grpc.StatusCode.OK, ""
        outbox = self.outbox
        try:
            for ack in call:
                with outbox.lock:
                    if self._is_over:
                        return
                    if not outbox.queue.acknowledged(ack, time.monotonic()):
                        self._finish(
                            grpc.StatusCode.INTERNAL,
                            f"an ack of batch {ack.sequence}, which is not awaited")
                        return
                    self.had_progress = True
                    outbox.changed.notify_all()
                    outbox.news.notify_all()
        except grpc.RpcError as error:
            code, details = error.code(), error.details() or ""
        finally:
            with outbox.lock:
                self._finish(code, details)


class Courier(threading.Thread):
    """Delivers until the outbox is closed and empty, or has failed."""

    def __init__(self, endpoints: Sequence[str], options: Options, outbox: Outbox):
        super().__init__(name="tributary", daemon=True)
        self._endpoints, self._options, self._outbox = endpoints, options, outbox

    def run(self) -> None:
        options, outbox = self._options, self._outbox
        endpoints = random.sample(self._endpoints, len(self._endpoints))
        reconnection = Reconnection(
            endpoints, Backoff(options.retry_wait_first, options.retry_wait_max),
            options.give_up_after)
        while self._await_demand():
            since = time.monotonic()
            session = Session(reconnection.endpoint, options, outbox)
            try:
                session.run()
            except Exception as error:  # A thread that dies would leave callers waiting for ever.
                log.exception("sending to %s", session.endpoint)
                session.code, session.details = grpc.StatusCode.UNKNOWN, repr(error)
            with outbox.lock:
                # A stream that ends with nothing to deliver did well, too.
                was_idle = session.was_connected and outbox.queue.is_empty
            next_ = reconnection.ended(
                session.code, session.had_progress or was_idle, random.random(), since,
                time.monotonic())
            self._ended(session, next_, reconnection.all_failed)

    def _await_demand(self) -> bool:
        """Waits until there is something to connect for. False: never again."""
        outbox = self._outbox
        with outbox.lock:
            while not outbox.is_over:
                now = time.monotonic()
                if outbox.is_connection_wanted or outbox.queue.needs_stream(now):
                    return True
                due = outbox.queue.due_at()
                outbox.news.wait(None if due is None else due - now)
        return False

    def _ended(self, session: Session, next_: float | type[ClientError], all_failed: bool) -> None:
        outbox, queue = self._outbox, self._outbox.queue
        failure, wait = (Unreachable, next_) if isinstance(next_, float) else (next_, None)
        error = failure(session.endpoint, session.code, session.details)
        with outbox.lock:
            outbox.is_connected = False
            outbox.trouble = error if all_failed else None
            if all_failed:
                outbox.is_connection_wanted = False
            if session.code is grpc.StatusCode.INVALID_ARGUMENT:
                given_up = queue.stream_refused()
                if given_up:
                    log.error("%s calls a batch of %d points malformed, which are dropped: %s",
                              session.endpoint, given_up, session.details)
            else:
                queue.stream_ended()
            if wait is None and outbox.end is None:
                log.error("no endpoint takes batches: %s", error)
                outbox.end = error
                outbox.left_any = bool(queue.abandon())
            outbox.changed.notify_all()
            if outbox.is_over or wait is None:
                return
            log.warning("%s; the next attempt is in %.1f s", error, wait)
            # News are no reason to hurry; the client's end is.
            outbox.changed.wait_for(lambda: outbox.is_over, wait)
