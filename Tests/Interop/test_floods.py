# SPDX-License-Identifier: Apache-2.0
"""Frames by the ten thousand: the connection may end, the node goes on, and stays small."""

import pytest
from wire import (
    CONTINUATION, END_HEADERS, HEADERS, PING, Connection, data, frame, priority, reset,
    settings, window_update,
)

COUNT = 20_000
GROWTH_BYTES_MAX = 64 << 20


def resident_bytes(pid: int) -> int:
    with open(f"/proc/{pid}/statm", encoding="ascii") as text:
        return int(text.read().split()[1]) * 4096


def post(it, stream: int) -> bytes:
    fields = it.fields(
        ("content-type", "application/grpc"), ("te", "trailers"), method="POST",
        path="/telemetry.TelemetryService/PushPoints")
    return it.headers(stream, it.encode(fields), END_HEADERS)


def resets(it):
    for stream in range(1, 2 * COUNT, 2):
        yield post(it, stream) + reset(stream)


def pings(_):
    return [frame(PING, 0, 0, bytes(8))] * COUNT


def setting_frames(_):
    return [settings((1, 4096))] * COUNT


def empty_data(it):
    yield post(it, 1)
    yield from [data(1, b"", end=False)] * COUNT


def empty_messages(it):
    yield post(it, 1)
    yield from [data(1, bytes(5) * 100, end=False)] * (COUNT // 100)


def continuations(it):
    yield frame(HEADERS, 0, 1, it.block())
    yield from [frame(CONTINUATION, 0, 1, b"\x00\x01x\x01y" * 100)] * (COUNT // 10)


def priorities(_):
    return [priority(stream % (1 << 30) | 1) for stream in range(1, 2 * COUNT, 2)]


def window_updates(_):
    return [window_update(0, 1)] * COUNT


def open_streams(it):
    for stream in range(1, 2 * COUNT, 2):
        yield post(it, stream)


def malformed_requests(it):
    for stream in range(1, 2 * COUNT, 2):
        yield it.headers(stream, it.encode([(":method", "POST"), (":path", "/")]))


FLOODS = [
    resets, pings, setting_frames, empty_data, empty_messages, continuations, priorities,
    window_updates, open_streams, malformed_requests,
]


@pytest.mark.parametrize("flood", FLOODS, ids=lambda flood: flood.__name__)
def test_a_flood_ends_at_most_its_connection(node, telemetry, flood):
    telemetry.summary(names=["none"])
    before = resident_bytes(node.pid)
    it = Connection((node.host, node.port)).handshake()
    # Nothing is read meanwhile: the answers are the node's to bound.
    it.socket.settimeout(5)
    batch = []
    try:
        for part in flood(it):
            batch.append(part)
            if len(batch) == 500:
                it.socket.sendall(b"".join(batch))
                batch.clear()
        it.socket.sendall(b"".join(batch))
    except OSError:
        pass  # Closed, or no longer read: both protect the node.
    assert telemetry.summary(names=["none"]).as_of > 0
    assert resident_bytes(node.pid) - before < GROWTH_BYTES_MAX
    it.close()
    assert telemetry.summary(names=["none"]).as_of > 0
