# SPDX-License-Identifier: Apache-2.0
"""RFC 9113 sections 7 and 8: error codes, and what makes a request malformed."""

from cases import Register
from wire import (
    END_HEADERS, PROTOCOL_ERROR, PUSH_PROMISE, data, frame, goaway, reset,
)

CASES = Register()


@CASES("7/1", "GOAWAY with an unknown code")
def _(it):
    it.send(goaway(0xFF))
    it.expect_alive_or_closed()


@CASES("7/2", "RST_STREAM with an unknown code")
def _(it):
    it.send(it.headers(1, flags=END_HEADERS), reset(1, 0xFF))
    it.expect_alive()


@CASES("8.1/1", "a second HEADERS without END_STREAM")
def _(it):
    it.send(it.headers(1, it.block(method="POST"), END_HEADERS))
    it.send(it.headers(1, it.encode([("x-test", "ok")]), END_HEADERS))
    it.expect_stream_error(1, PROTOCOL_ERROR)


def malformed(section, title, build):
    """A request whose header block makes it malformed."""

    @CASES(section, title)
    def _(it):
        it.send(it.headers(1, build(it)))
        it.expect_stream_error(1, PROTOCOL_ERROR)


def with_field(name, value=""):
    return lambda it: it.encode(it.fields() + [(name, value)])


malformed("8.1.2/1", "a field name in upper case",
          lambda it: it.block() + b"\x00\x06X-TEST\x02ok")
malformed("8.1.2.1/1", "an unknown pseudo header", with_field(":test", "ok"))
malformed("8.1.2.1/2", "a pseudo header of responses", with_field(":status", "200"))


@CASES("8.1.2.1/3", "a pseudo header in trailers")
def _(it):
    it.send(it.headers(1, it.block(("trailer", "x-test"), method="POST"), END_HEADERS))
    it.send(data(1, end=False), it.headers(1, it.encode([(":method", "GET")])))
    it.expect_stream_error(1, PROTOCOL_ERROR)


malformed("8.1.2.1/4", "a pseudo header after a field",
          lambda it: it.encode([("x-test", "ok")] + it.fields()))
malformed("8.1.2.2/1", "a field of the connection", with_field("connection", "keep-alive"))
malformed("8.1.2.2/2", "te with more than trailers", with_field("te", "trailers, deflate"))
malformed("8.1.2.3/1", "an empty :path", lambda it: it.block(path=""))
malformed("8.1.2.3/2", "no :method", lambda it: it.block(drop="method"))
malformed("8.1.2.3/3", "no :scheme", lambda it: it.block(drop="scheme"))
malformed("8.1.2.3/4", "no :path", lambda it: it.block(drop="path"))
for number, name in enumerate(("method", "scheme", "path"), 5):
    malformed(
        f"8.1.2.3/{number}", f":{name} twice",
        lambda it, name=name: it.encode(
            [field for field in it.fields() if field[0] == f":{name}"] + it.fields()))


@CASES("8.1.2.6/1", "a content-length that one DATA frame belies")
def _(it):
    it.send(it.headers(1, it.block(("content-length", "1"), method="POST"), END_HEADERS))
    it.send(data(1))
    it.expect_stream_error(1, PROTOCOL_ERROR)


@CASES("8.1.2.6/2", "a content-length that several DATA frames belie")
def _(it):
    it.send(it.headers(1, it.block(("content-length", "1"), method="POST"), END_HEADERS))
    it.send(data(1, end=False), data(1))
    it.expect_stream_error(1, PROTOCOL_ERROR)


@CASES("8.2/1", "PUSH_PROMISE from a client")
def _(it):
    it.send(frame(PUSH_PROMISE, END_HEADERS, 1, b"\x00\x00\x00\x03" + it.block()))
    it.expect_connection_error(PROTOCOL_ERROR)
