# SPDX-License-Identifier: Apache-2.0
"""HTTP/2 as bytes: frames made and read by hand, so that wrong ones can be made too."""

import socket
import struct
import time
from typing import NamedTuple

from hpack import Decoder, Encoder

PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"

DATA, HEADERS, PRIORITY, RST_STREAM, SETTINGS = 0, 1, 2, 3, 4
PUSH_PROMISE, PING, GOAWAY, WINDOW_UPDATE, CONTINUATION = 5, 6, 7, 8, 9

END_STREAM, ACK, END_HEADERS, PADDED, PRIORITY_FLAG = 0x1, 0x1, 0x4, 0x8, 0x20

NO_ERROR, PROTOCOL_ERROR, INTERNAL_ERROR, FLOW_CONTROL_ERROR = 0, 1, 2, 3
STREAM_CLOSED, FRAME_SIZE_ERROR, REFUSED_STREAM, CANCEL = 5, 6, 7, 8
COMPRESSION_ERROR, ENHANCE_YOUR_CALM = 9, 11

HEADER_TABLE_SIZE, ENABLE_PUSH, MAX_CONCURRENT_STREAMS = 1, 2, 3
INITIAL_WINDOW_SIZE, MAX_FRAME_SIZE = 4, 5

WAIT_SECONDS = 10.0


class Frame(NamedTuple):
    """One frame as received."""

    type: int
    flags: int
    stream: int
    payload: bytes

    @property
    def ends_stream(self) -> bool:
        return self.type in (DATA, HEADERS) and bool(self.flags & END_STREAM)

    @property
    def code(self) -> int:
        """The error code of RST_STREAM and GOAWAY."""
        return struct.unpack_from(">I", self.payload, 4 if self.type == GOAWAY else 0)[0]


class Closed(Exception):
    """The server has closed the connection."""


def frame(kind: int, flags: int = 0, stream: int = 0, payload: bytes = b"") -> bytes:
    """A frame; nothing is checked."""
    return struct.pack(">I", len(payload))[1:] + struct.pack(">BBI", kind, flags, stream) + payload


def settings(*pairs: tuple[int, int]) -> bytes:
    return frame(SETTINGS, payload=b"".join(struct.pack(">HI", *pair) for pair in pairs))


def window_update(stream: int, increment: int) -> bytes:
    return frame(WINDOW_UPDATE, 0, stream, struct.pack(">I", increment))


def reset(stream: int, code: int = CANCEL) -> bytes:
    return frame(RST_STREAM, 0, stream, struct.pack(">I", code))


def ping(payload: bytes = b"tributar", flags: int = 0) -> bytes:
    return frame(PING, flags, 0, payload)


def priority(stream: int, on: int = 0, weight: int = 255, exclusive: bool = False) -> bytes:
    return frame(PRIORITY, 0, stream, struct.pack(">IB", on | (exclusive << 31), weight))


def goaway(code: int = NO_ERROR, stream: int = 0) -> bytes:
    return frame(GOAWAY, 0, stream, struct.pack(">II", 0, code))


def data(stream: int, payload: bytes = b"test", end: bool = True) -> bytes:
    return frame(DATA, END_STREAM if end else 0, stream, payload)


class Connection:
    """A client that checks nothing of what it sends and everything of what it expects."""

    def __init__(self, address: tuple[str, int]):
        self.authority = f"{address[0]}:{address[1]}"
        self.socket = socket.create_connection(address, timeout=WAIT_SECONDS)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.received = b""
        self.encoder, self.decoder = Encoder(), Decoder()
        self.server_settings: dict[int, int] = {}
        self.seen: list[Frame] = []

    def close(self) -> None:
        self.socket.close()

    # Sending

    def send(self, *parts: bytes) -> None:
        try:
            self.socket.sendall(b"".join(parts))
        except (BrokenPipeError, ConnectionResetError):
            pass  # The server closed first; the expectation that follows finds that out.

    def fields(self, *more: tuple[str, str], drop: str = "", **changed: str):
        """A GET of `/`: pseudo headers replaced by keyword, others appended."""
        pseudo = {"method": "GET", "scheme": "http", "path": "/", "authority": self.authority}
        pseudo.update(changed)
        pseudo.pop(drop, None)
        return [(f":{name}", value) for name, value in pseudo.items()] + list(more)

    def block(self, *more: tuple[str, str], drop: str = "", **changed: str) -> bytes:
        return self.encode(self.fields(*more, drop=drop, **changed))

    def encode(self, fields) -> bytes:
        return self.encoder.encode(fields, huffman=False)

    def dummy_block(self, count: int = 1, size: int = 16) -> bytes:
        """Plain fields that may follow in a CONTINUATION frame."""
        return self.encode([(f"x-dummy{n}", "v" * size) for n in range(count)])

    def headers(self, stream: int, block: bytes | None = None, flags=END_STREAM | END_HEADERS):
        return frame(HEADERS, flags, stream, self.block() if block is None else block)

    # Receiving

    def read(self, seconds: float = WAIT_SECONDS) -> Frame:
        """The next frame. Raises Closed, or TimeoutError."""
        deadline = time.monotonic() + seconds
        while True:
            if len(self.received) >= 9:
                length = int.from_bytes(self.received[:3], "big")
                if len(self.received) >= 9 + length:
                    kind, flags, stream = struct.unpack(">BBI", self.received[3:9])
                    payload = self.received[9 : 9 + length]
                    self.received = self.received[9 + length :]
                    self.seen.append(Frame(kind, flags, stream & 0x7FFFFFFF, payload))
                    return self.seen[-1]
            left = deadline - time.monotonic()
            if left <= 0:
                raise TimeoutError(self.story())
            self.socket.settimeout(left)
            try:
                chunk = self.socket.recv(65536)
            except TimeoutError:
                raise TimeoutError(self.story()) from None
            except ConnectionResetError:
                raise Closed(self.story()) from None
            if not chunk:
                raise Closed(self.story())
            self.received += chunk

    def story(self) -> str:
        names = "DATA HEADERS PRIORITY RST SETTINGS PUSH PING GOAWAY WINDOW CONT".split()
        parts = []
        for one in self.seen:
            name = names[one.type] if one.type < len(names) else str(one.type)
            code = f"({one.code})" if one.type in (RST_STREAM, GOAWAY) else ""
            parts.append(f"{name}{code}/{one.stream} flags {one.flags:x} len {len(one.payload)}")
        return "received " + (", ".join(parts) or "nothing")

    def until(self, wanted) -> Frame:
        """Reads up to the first frame for which `wanted` holds."""
        while True:
            one = self.read()
            if one.type == SETTINGS and not one.flags & ACK:
                self.note_settings(one)
            if wanted(one):
                return one

    def note_settings(self, one: Frame) -> None:
        for offset in range(0, len(one.payload), 6):
            key, value = struct.unpack_from(">HI", one.payload, offset)
            self.server_settings[key] = value
        self.send(frame(SETTINGS, ACK))

    def handshake(self, *pairs: tuple[int, int]) -> "Connection":
        """Preface and SETTINGS both ways, all acknowledged."""
        self.send(PREFACE, settings(*pairs))
        first = self.read()
        assert first.type == SETTINGS and not first.flags & ACK, "the first frame is SETTINGS"
        self.note_settings(first)
        self.until(lambda one: one.type == SETTINGS and one.flags & ACK)
        return self

    # Expecting

    def expect_connection_error(self, *codes: int) -> None:
        """GOAWAY with one of the codes, or the end of the connection."""
        try:
            one = self.until(lambda one: one.type == GOAWAY)
        except Closed:
            return
        assert one.code in codes, f"GOAWAY with {one.code}, not {codes}; {self.story()}"

    def expect_stream_error(self, stream: int, *codes: int) -> None:
        """RST_STREAM or GOAWAY with one of the codes, or the end of the connection."""

        def ends(one: Frame) -> bool:
            # A whole answer may be followed by RST_STREAM(NO_ERROR): no error yet.
            if one.type == RST_STREAM and one.stream == stream:
                return one.code != NO_ERROR
            return one.type == GOAWAY

        try:
            one = self.until(ends)
        except Closed:
            return
        assert one.code in codes, f"code {one.code}, not {codes}; {self.story()}"

    def expect_closed(self) -> None:
        try:
            self.until(lambda one: False)
        except Closed:
            pass

    def expect_stream_end(self, stream: int) -> None:
        self.until(lambda one: one.stream == stream and one.ends_stream)

    def expect_response(self, stream: int) -> Frame:
        return self.until(lambda one: one.type == HEADERS and one.stream == stream)

    def expect_data(self, stream: int, length: int) -> None:
        one = self.until(lambda one: one.type == DATA and one.stream == stream)
        assert len(one.payload) == length, f"{len(one.payload)} bytes of DATA, not {length}"

    def expect_alive(self) -> None:
        """The connection still answers a PING."""
        self.send(ping(b"alive???"))
        self.until(lambda one: one.type == PING and one.flags & ACK and one.payload == b"alive???")

    def expect_alive_or_closed(self) -> None:
        try:
            self.expect_alive()
        except Closed:
            pass
