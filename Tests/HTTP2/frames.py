# SPDX-License-Identifier: Apache-2.0
"""RFC 9113 sections 4.2 to 4.3 and 6: frames of wrong sizes, on wrong streams, in wrong places.

The numbers are those of RFC 7540, as the well-known lists of cases use them.
"""

import struct

from cases import Register
from wire import (
    ACK, COMPRESSION_ERROR, CONTINUATION, DATA, ENABLE_PUSH, END_HEADERS, END_STREAM,
    FLOW_CONTROL_ERROR, FRAME_SIZE_ERROR, GOAWAY, HEADERS, INITIAL_WINDOW_SIZE, MAX_FRAME_SIZE,
    PADDED, PING, PRIORITY, PROTOCOL_ERROR, RST_STREAM, SETTINGS, STREAM_CLOSED, WINDOW_UPDATE,
    data, frame, ping, priority, reset, settings, window_update,
)

CASES = Register()
LARGEST_WINDOW = 2**31 - 1


# 4.2 Frame size


@CASES("4.2/1", "DATA of 2^14 bytes")
def _(it):
    it.send(it.headers(1, it.block(method="POST"), END_HEADERS), data(1, bytes(16384)))
    it.expect_response(1)


@CASES("4.2/2", "DATA larger than the server's largest frame")
def _(it):
    size = it.server_settings.get(MAX_FRAME_SIZE, 16384) + 1
    it.send(it.headers(1, it.block(method="POST"), END_HEADERS), data(1, bytes(size)))
    it.expect_stream_error(1, FRAME_SIZE_ERROR)


@CASES("4.2/3", "HEADERS larger than the server's largest frame")
def _(it):
    size = it.server_settings.get(MAX_FRAME_SIZE, 16384) + 1
    it.send(it.headers(1, it.block() + it.dummy_block(5, size // 5)))
    it.expect_connection_error(FRAME_SIZE_ERROR)


# 4.3 Header compression


@CASES("4.3/1", "a header block that is none")
def _(it):
    it.send(it.headers(1, b"\x00\x00\x00\x00\x00"[:1] + b"\x07\xff"))
    it.expect_connection_error(COMPRESSION_ERROR)


@CASES("4.3/2", "PRIORITY inside a header block")
def _(it):
    it.send(it.headers(1, flags=0), priority(1))
    it.send(frame(CONTINUATION, END_HEADERS, 1, it.dummy_block()))
    it.expect_connection_error(PROTOCOL_ERROR)


@CASES("4.3/3", "HEADERS of another stream inside a header block")
def _(it):
    it.send(it.headers(1, flags=0), it.headers(3))
    it.expect_connection_error(PROTOCOL_ERROR)


# 6.1 DATA


@CASES("6.1/1", "DATA on stream 0")
def _(it):
    it.send(data(0))
    it.expect_connection_error(PROTOCOL_ERROR)


@CASES("6.1/2", "DATA on a half-closed stream", [(INITIAL_WINDOW_SIZE, 0)])
def _(it):
    it.send(it.headers(1), data(1))
    it.expect_stream_error(1, STREAM_CLOSED)


@CASES("6.1/3", "DATA padded beyond its length")
def _(it):
    it.send(it.headers(1, it.block(method="POST"), END_HEADERS))
    it.send(frame(DATA, END_STREAM | PADDED, 1, b"\x06test"))
    it.expect_connection_error(PROTOCOL_ERROR)


# 6.2 HEADERS


@CASES("6.2/1", "HEADERS without END_HEADERS, then PRIORITY")
def _(it):
    it.send(it.headers(1, flags=0), priority(1))
    it.expect_connection_error(PROTOCOL_ERROR)


@CASES("6.2/2", "HEADERS without END_HEADERS, then HEADERS of another stream")
def _(it):
    it.send(it.headers(1, flags=0), it.headers(3))
    it.send(frame(CONTINUATION, END_HEADERS, 1, it.dummy_block()))
    it.expect_connection_error(PROTOCOL_ERROR)


@CASES("6.2/3", "HEADERS on stream 0")
def _(it):
    it.send(it.headers(0))
    it.expect_connection_error(PROTOCOL_ERROR)


@CASES("6.2/4", "HEADERS padded beyond its length")
def _(it):
    block = it.block()
    payload = bytes([len(block) + 2]) + block
    it.send(frame(HEADERS, END_STREAM | END_HEADERS | PADDED, 1, payload))
    it.expect_stream_error(1, PROTOCOL_ERROR)


# 6.3 PRIORITY


@CASES("6.3/1", "PRIORITY on stream 0")
def _(it):
    it.send(priority(0))
    it.expect_connection_error(PROTOCOL_ERROR)


@CASES("6.3/2", "PRIORITY of a length other than 5")
def _(it):
    it.send(it.headers(1, flags=END_HEADERS), frame(PRIORITY, 0, 1, bytes(4)))
    it.expect_stream_error(1, FRAME_SIZE_ERROR)


# 6.4 RST_STREAM


@CASES("6.4/1", "RST_STREAM on stream 0")
def _(it):
    it.send(reset(0))
    it.expect_connection_error(PROTOCOL_ERROR)


@CASES("6.4/2", "RST_STREAM on an idle stream")
def _(it):
    it.send(reset(1))
    it.expect_connection_error(PROTOCOL_ERROR)


@CASES("6.4/3", "RST_STREAM of a length other than 4")
def _(it):
    it.send(it.headers(1, flags=END_HEADERS), frame(RST_STREAM, 0, 1, bytes(3)))
    it.expect_connection_error(FRAME_SIZE_ERROR)


# 6.5 SETTINGS


@CASES("6.5/1", "an acknowledgement with a payload")
def _(it):
    it.send(frame(SETTINGS, ACK, 0, b"\x00"))
    it.expect_connection_error(FRAME_SIZE_ERROR)


@CASES("6.5/2", "SETTINGS on a stream")
def _(it):
    it.send(frame(SETTINGS, 0, 1, struct.pack(">HI", 3, 100)))
    it.expect_connection_error(PROTOCOL_ERROR)


@CASES("6.5/3", "SETTINGS of a length that is no multiple of 6")
def _(it):
    it.send(frame(SETTINGS, 0, 0, bytes(3)))
    it.expect_connection_error(FRAME_SIZE_ERROR)


@CASES("6.5.2/1", "ENABLE_PUSH of 2")
def _(it):
    it.send(settings((ENABLE_PUSH, 2)))
    it.expect_connection_error(PROTOCOL_ERROR)


@CASES("6.5.2/2", "INITIAL_WINDOW_SIZE of 2^31")
def _(it):
    it.send(settings((INITIAL_WINDOW_SIZE, 2**31)))
    it.expect_connection_error(FLOW_CONTROL_ERROR)


@CASES("6.5.2/3", "MAX_FRAME_SIZE below 2^14")
def _(it):
    it.send(settings((MAX_FRAME_SIZE, 16383)))
    it.expect_connection_error(PROTOCOL_ERROR)


@CASES("6.5.2/4", "MAX_FRAME_SIZE of 2^24")
def _(it):
    it.send(settings((MAX_FRAME_SIZE, 2**24)))
    it.expect_connection_error(PROTOCOL_ERROR)


@CASES("6.5.2/5", "an unknown setting is ignored")
def _(it):
    it.send(settings((0xFF, 1)))
    it.expect_alive()


@CASES("6.5.3/1", "the last of several values holds")
def _(it):
    it.send(settings((INITIAL_WINDOW_SIZE, 100), (INITIAL_WINDOW_SIZE, 1)), it.headers(1))
    it.expect_data(1, 1)


@CASES("6.5.3/2", "SETTINGS is acknowledged at once")
def _(it):
    it.send(settings((ENABLE_PUSH, 0)))
    it.until(lambda one: one.type == SETTINGS and one.flags & ACK)


# 6.7 PING


@CASES("6.7/1", "PING comes back with its bytes")
def _(it):
    it.send(ping(b"\x01\x02\x03\x04\x05\x06\x07\x08"))
    one = it.until(lambda one: one.type == PING)
    assert one.flags & ACK and one.payload == b"\x01\x02\x03\x04\x05\x06\x07\x08"


@CASES("6.7/2", "an acknowledgement of PING is not answered")
def _(it):
    it.send(ping(b"unwanted", ACK), ping(b"wanted!!"))
    assert it.until(lambda one: one.type == PING).payload == b"wanted!!"


@CASES("6.7/3", "PING on a stream")
def _(it):
    it.send(frame(PING, 0, 1, bytes(8)))
    it.expect_connection_error(PROTOCOL_ERROR)


@CASES("6.7/4", "PING of a length other than 8")
def _(it):
    it.send(frame(PING, 0, 0, bytes(6)))
    it.expect_connection_error(FRAME_SIZE_ERROR)


# 6.8 GOAWAY


@CASES("6.8/1", "GOAWAY on a stream")
def _(it):
    it.send(frame(GOAWAY, 0, 1, bytes(8)))
    it.expect_connection_error(PROTOCOL_ERROR)


# 6.9 WINDOW_UPDATE


@CASES("6.9/1", "an increment of 0 on the connection")
def _(it):
    it.send(window_update(0, 0))
    it.expect_connection_error(PROTOCOL_ERROR)


@CASES("6.9/2", "an increment of 0 on a stream")
def _(it):
    it.send(it.headers(1, flags=END_HEADERS), window_update(1, 0))
    it.expect_stream_error(1, PROTOCOL_ERROR)


@CASES("6.9/3", "WINDOW_UPDATE of a length other than 4")
def _(it):
    it.send(frame(WINDOW_UPDATE, 0, 0, bytes(3)))
    it.expect_connection_error(FRAME_SIZE_ERROR)


@CASES("6.9.1/1", "a window of 1 lets 1 byte out")
def _(it):
    it.send(settings((INITIAL_WINDOW_SIZE, 1)), it.headers(1))
    it.expect_data(1, 1)


@CASES("6.9.1/2", "the connection's window grown past 2^31-1")
def _(it):
    it.send(window_update(0, LARGEST_WINDOW), window_update(0, LARGEST_WINDOW))
    it.expect_connection_error(FLOW_CONTROL_ERROR)


@CASES("6.9.1/3", "a stream's window grown past 2^31-1", [(INITIAL_WINDOW_SIZE, 0)])
def _(it):
    it.send(it.headers(1, flags=END_HEADERS))
    it.send(window_update(1, LARGEST_WINDOW), window_update(1, LARGEST_WINDOW))
    it.expect_stream_error(1, FLOW_CONTROL_ERROR)


@CASES("6.9.2/1", "INITIAL_WINDOW_SIZE changes the windows of open streams")
def _(it):
    it.send(settings((INITIAL_WINDOW_SIZE, 0)), it.headers(1))
    it.send(settings((INITIAL_WINDOW_SIZE, 1)))
    it.expect_data(1, 1)


@CASES("6.9.2/2", "a window may be negative")
def _(it):
    it.send(settings((INITIAL_WINDOW_SIZE, 3)), it.headers(1))
    it.expect_data(1, 3)
    it.send(settings((INITIAL_WINDOW_SIZE, 2)), window_update(1, 2))
    it.expect_data(1, 1)


@CASES("6.9.2/3", "INITIAL_WINDOW_SIZE beyond the largest window")
def _(it):
    it.send(settings((INITIAL_WINDOW_SIZE, 2**31)))
    it.expect_connection_error(FLOW_CONTROL_ERROR)


# 6.10 CONTINUATION


@CASES("6.10/1", "several CONTINUATION frames after HEADERS")
def _(it):
    it.send(it.headers(1, flags=END_STREAM))
    it.send(frame(CONTINUATION, 0, 1, it.dummy_block()))
    it.send(frame(CONTINUATION, END_HEADERS, 1, it.dummy_block(2)))
    it.expect_response(1)


@CASES("6.10/2", "a frame that is no CONTINUATION inside a header block")
def _(it):
    it.send(it.headers(1, flags=0), frame(CONTINUATION, 0, 1, it.dummy_block()), data(1))
    it.expect_connection_error(PROTOCOL_ERROR)


@CASES("6.10/3", "CONTINUATION on stream 0")
def _(it):
    it.send(it.headers(1, flags=END_STREAM))
    it.send(frame(CONTINUATION, END_HEADERS, 0, it.dummy_block()))
    it.expect_connection_error(PROTOCOL_ERROR)


@CASES("6.10/4", "CONTINUATION after HEADERS with END_HEADERS")
def _(it):
    it.send(it.headers(1, flags=END_HEADERS))
    it.send(frame(CONTINUATION, END_HEADERS, 1, it.dummy_block()))
    it.expect_connection_error(PROTOCOL_ERROR)


@CASES("6.10/5", "CONTINUATION after CONTINUATION with END_HEADERS")
def _(it):
    it.send(it.headers(1, flags=0))
    it.send(frame(CONTINUATION, END_HEADERS, 1, it.dummy_block()))
    it.send(frame(CONTINUATION, END_HEADERS, 1, it.dummy_block()))
    it.expect_connection_error(PROTOCOL_ERROR)


@CASES("6.10/6", "CONTINUATION after DATA")
def _(it):
    it.send(it.headers(1, it.block(method="POST"), END_HEADERS), data(1, end=False))
    it.send(frame(CONTINUATION, END_HEADERS, 1, it.dummy_block()))
    it.expect_connection_error(PROTOCOL_ERROR)
