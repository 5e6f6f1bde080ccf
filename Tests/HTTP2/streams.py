# SPDX-License-Identifier: Apache-2.0
"""RFC 9113 sections 3 to 5: the preface, unknown frames, stream states and identifiers."""

import pytest
from cases import Register
from wire import (
    CONTINUATION, DATA, END_HEADERS, END_STREAM, GOAWAY, HEADERS, INITIAL_WINDOW_SIZE,
    MAX_CONCURRENT_STREAMS, PING, PREFACE, PRIORITY_FLAG, PROTOCOL_ERROR, REFUSED_STREAM,
    SETTINGS, STREAM_CLOSED, Closed, data, frame, ping, priority, reset, settings,
    window_update,
)

CASES = Register()


# 3.5 Preface


@CASES("3.5/1", "the first frame of the server is SETTINGS", handshake=False)
def _(it):
    it.send(PREFACE, settings((INITIAL_WINDOW_SIZE, 1024)))
    assert it.read().type == SETTINGS


@CASES("3.5/2", "an invalid preface ends the connection", handshake=False)
def _(it):
    it.send(b"INVALID CONNECTION PREFACE\r\n\r\n")
    it.expect_closed()


# 4.1 Frame format, 5.5 Extending HTTP/2


@CASES("4.1/1", "a frame of unknown type is ignored")
def _(it):
    it.send(frame(0x16, 0, 0, bytes(8)))
    it.expect_alive()


@CASES("4.1/2", "undefined flags are ignored")
def _(it):
    it.send(frame(PING, 0x16, 0, b"flagged!"))
    it.until(lambda one: one.type == PING and one.payload == b"flagged!")


@CASES("4.1/3", "the reserved bit is ignored")
def _(it):
    it.send(frame(PING, 0, 0x80000000, b"reserved"))
    it.until(lambda one: one.type == PING and one.payload == b"reserved")


@CASES("5.5/1", "an extension frame is ignored")
def _(it):
    it.send(frame(0x17, 0, 0, b"unknown"))
    it.expect_alive()


@CASES("5.5/2", "an extension frame inside a header block")
def _(it):
    it.send(it.headers(1, flags=END_STREAM), frame(0x17, 0, 1, b"unknown"))
    it.send(frame(CONTINUATION, END_HEADERS, 1, it.dummy_block()))
    it.expect_connection_error(PROTOCOL_ERROR)


# 5.1 Stream states


@CASES("5.1/1", "idle: DATA")
def _(it):
    it.send(data(1))
    it.expect_connection_error(PROTOCOL_ERROR)


@CASES("5.1/2", "idle: RST_STREAM")
def _(it):
    it.send(reset(1))
    it.expect_connection_error(PROTOCOL_ERROR)


@CASES("5.1/3", "idle: WINDOW_UPDATE")
def _(it):
    it.send(window_update(1, 100))
    it.expect_connection_error(PROTOCOL_ERROR)


@CASES("5.1/4", "idle: CONTINUATION")
def _(it):
    it.send(frame(CONTINUATION, END_HEADERS, 1, it.block()))
    it.expect_connection_error(PROTOCOL_ERROR)


@CASES("5.1/5", "half-closed (remote): DATA")
def _(it):
    it.send(it.headers(1), data(1))
    it.expect_stream_error(1, STREAM_CLOSED)


@CASES("5.1/6", "half-closed (remote): HEADERS")
def _(it):
    it.send(it.headers(1), it.headers(1))
    it.expect_stream_error(1, STREAM_CLOSED)


@CASES("5.1/7", "half-closed (remote): CONTINUATION")
def _(it):
    it.send(it.headers(1), frame(CONTINUATION, END_HEADERS, 1, it.dummy_block()))
    it.expect_stream_error(1, STREAM_CLOSED, PROTOCOL_ERROR)


@CASES("5.1/8", "closed: DATA after RST_STREAM")
def _(it):
    it.send(it.headers(1, flags=END_HEADERS), reset(1), data(1))
    it.expect_stream_error(1, STREAM_CLOSED)


@CASES("5.1/9", "closed: HEADERS after RST_STREAM")
def _(it):
    it.send(it.headers(1, flags=END_HEADERS), reset(1), it.headers(1))
    it.expect_stream_error(1, STREAM_CLOSED)


@CASES("5.1/10", "closed: CONTINUATION after RST_STREAM")
def _(it):
    it.send(it.headers(1, flags=END_HEADERS), reset(1))
    it.send(frame(CONTINUATION, END_HEADERS, 1, it.dummy_block()))
    it.expect_stream_error(1, STREAM_CLOSED, PROTOCOL_ERROR)


@CASES("5.1/11", "closed: DATA")
def _(it):
    it.send(it.headers(1))
    it.expect_stream_end(1)
    it.send(data(1))
    it.expect_connection_error(STREAM_CLOSED)


@CASES("5.1/12", "closed: HEADERS")
def _(it):
    it.send(it.headers(1))
    it.expect_stream_end(1)
    it.send(it.headers(1))
    it.expect_connection_error(STREAM_CLOSED)


@CASES("5.1/13", "closed: CONTINUATION")
def _(it):
    it.send(it.headers(1))
    it.expect_stream_end(1)
    it.send(frame(CONTINUATION, END_HEADERS, 1, it.dummy_block()))
    it.expect_connection_error(STREAM_CLOSED, PROTOCOL_ERROR)


# 5.1.1 Stream identifiers, 5.1.2 Concurrency


@CASES("5.1.1/1", "an even stream identifier")
def _(it):
    it.send(it.headers(2))
    it.expect_connection_error(PROTOCOL_ERROR)


@CASES("5.1.1/2", "HEADERS on an identifier lower than the one before")
def _(it):
    it.send(it.headers(5), it.headers(3))
    it.expect_connection_error(PROTOCOL_ERROR)


@CASES("5.1.1/2b", "the same when the higher stream has ended")
def _(it):
    it.send(it.headers(5))
    it.expect_stream_end(5)
    it.send(it.headers(3))
    it.expect_connection_error(PROTOCOL_ERROR, STREAM_CLOSED)


@CASES("5.1.1/2c", "trailers of an open stream are no new stream")
def _(it):
    it.send(it.headers(1, it.block(method="POST"), END_HEADERS), data(1, end=False))
    it.send(it.headers(3), it.headers(1, it.encode([("x-test", "ok")])))
    it.expect_alive()


@CASES("5.1.2/1", "one stream more than the server allows", [(INITIAL_WINDOW_SIZE, 0)])
def _(it):
    allowed = it.server_settings.get(MAX_CONCURRENT_STREAMS)
    if allowed is None or allowed > 5000:
        pytest.skip("the server allows any number of streams")
    block = it.encode([(":method", "GET"), (":scheme", "http"), (":path", "/"),
                       (":authority", it.authority)])
    streams = range(1, 2 * (allowed + 1), 2)
    it.send(*(it.headers(stream, block if stream == 1 else it.block()) for stream in streams))
    it.expect_stream_error(streams[-1], PROTOCOL_ERROR, REFUSED_STREAM)


# 5.3.1 Dependencies


@CASES("5.3.1/1", "HEADERS that depend on their own stream")
def _(it):
    payload = b"\x00\x00\x00\x01\xff" + it.block()
    it.send(frame(HEADERS, END_STREAM | END_HEADERS | PRIORITY_FLAG, 1, payload))
    it.expect_stream_error(1, PROTOCOL_ERROR)


@CASES("5.3.1/2", "PRIORITY that depends on its own stream")
def _(it):
    it.send(priority(2, on=2))
    it.expect_stream_error(2, PROTOCOL_ERROR)


# 5.4.1 Connection errors


@CASES("5.4.1/1", "the connection ends after a connection error")
def _(it):
    it.send(frame(PING, 0, 0, bytes(6)))
    it.expect_closed()


@CASES("5.4.1/2", "a connection error is told with GOAWAY")
def _(it):
    it.send(it.headers(1))
    it.expect_stream_end(1)
    it.send(frame(PING, 0, 0, bytes(6)))
    try:
        told = it.until(lambda one: one.type == GOAWAY)
    except Closed:
        return  # Allowed: an endpoint should, but need not, send it.
    assert int.from_bytes(told.payload[:4], "big") == 1, "it names the last stream"
