# SPDX-License-Identifier: Apache-2.0
"""Many readers of one live report, as raw HTTP/2: they cost this program next to nothing."""

import selectors
import struct
import sys
import time

from figures import ROOT, cpu_seconds

sys.path.insert(0, str(ROOT / "Tests" / "HTTP2"))

from wire import (  # noqa: E402
    END_HEADERS, INITIAL_WINDOW_SIZE, Connection, data, window_update,
)

LIVE = "/telemetry.TelemetryService/StreamMetrics"
WINDOW = (1 << 31) - 1
STREAMS = 100


class Readers:
    """So many streams of one question, over connections of 100 streams each."""

    def __init__(self, node, readers: int, question: bytes):
        self.connections = []
        message = struct.pack(">BI", 0, len(question)) + question
        for _ in range(readers // STREAMS):
            one = Connection((node.host, node.port)).handshake((INITIAL_WINDOW_SIZE, WINDOW))
            one.send(window_update(0, WINDOW - 65535))
            for stream in range(1, 2 * STREAMS, 2):
                fields = one.fields(
                    ("content-type", "application/grpc"), ("te", "trailers"),
                    method="POST", path=LIVE)
                one.send(one.headers(stream, one.encode(fields), END_HEADERS),
                         data(stream, message))
            self.connections.append(one)

    def read(self, seconds: float) -> None:
        """Takes what comes, for so long."""
        with selectors.DefaultSelector() as selector:
            for one in self.connections:
                one.socket.setblocking(False)
                selector.register(one.socket, selectors.EVENT_READ)
            end = time.monotonic() + seconds
            while (left := end - time.monotonic()) > 0:
                for key, _ in selector.select(left):
                    assert key.fileobj.recv(1 << 18), "the node closed a reader's connection"

    def close(self) -> None:
        for one in self.connections:
            one.close()


def node_cpu(node, readers: int, question: bytes, seconds: float) -> float:
    """CPU seconds that the node takes a second for so many readers."""
    them = Readers(node, readers, question)
    them.read(3)  # Until each has its first, full report.
    before = cpu_seconds(node.pid)
    them.read(seconds)
    used = cpu_seconds(node.pid) - before
    them.close()
    return used / seconds
