# SPDX-License-Identifier: Apache-2.0
"""What every server must simply accept: each kind of frame and field in its ordinary use."""

from cases import Register
from wire import (
    ACK, CONTINUATION, DATA, END_HEADERS, END_STREAM, HEADERS, INITIAL_WINDOW_SIZE,
    MAX_CONCURRENT_STREAMS, PADDED, PREFACE, PRIORITY_FLAG, SETTINGS, data, frame, goaway,
    ping, priority, reset, settings, window_update,
)

CASES = Register()


@CASES("generic/1/1", "a preface is answered with SETTINGS", handshake=False)
def _(it):
    it.send(PREFACE, settings())
    first = it.read()
    assert first.type == SETTINGS and not first.flags & ACK


@CASES("generic/2/1", "PRIORITY on an idle stream")
def _(it):
    it.send(priority(1))
    it.expect_alive()


@CASES("generic/2/2", "WINDOW_UPDATE on a half-closed stream", [(INITIAL_WINDOW_SIZE, 0)])
def _(it):
    it.send(it.headers(1), window_update(1, 1))
    it.expect_data(1, 1)


@CASES("generic/2/3", "PRIORITY on a half-closed stream", [(INITIAL_WINDOW_SIZE, 0)])
def _(it):
    it.send(it.headers(1), priority(1), window_update(1, 1))
    it.expect_data(1, 1)


@CASES("generic/2/4", "RST_STREAM on a half-closed stream")
def _(it):
    it.send(it.headers(1), reset(1))
    it.expect_alive_or_closed()


@CASES("generic/2/5", "PRIORITY on a closed stream")
def _(it):
    it.send(it.headers(1))
    it.expect_stream_end(1)
    it.send(priority(1))
    it.expect_alive()


def post(it, *bodies: bytes) -> None:
    length = str(sum(len(body) for body in bodies))
    block = it.block(("content-length", length), method="POST")
    it.send(it.headers(1, block, END_HEADERS))
    for number, body in enumerate(bodies, 1):
        it.send(data(1, body, end=number == len(bodies)))
    it.expect_response(1)


@CASES("generic/3.1/1", "a DATA frame")
def _(it):
    post(it, b"test")


@CASES("generic/3.1/2", "several DATA frames")
def _(it):
    post(it, b"test", b"test")


@CASES("generic/3.1/3", "a padded DATA frame")
def _(it):
    block = it.block(("content-length", "4"), method="POST")
    it.send(it.headers(1, block, END_HEADERS))
    it.send(frame(DATA, END_STREAM | PADDED, 1, b"\x06test" + bytes(6)))
    it.expect_response(1)


@CASES("generic/3.2/1", "a HEADERS frame")
def _(it):
    it.send(it.headers(1))
    it.expect_response(1)


@CASES("generic/3.2/2", "a padded HEADERS frame")
def _(it):
    payload = b"\x06" + it.block() + bytes(6)
    it.send(frame(HEADERS, END_STREAM | END_HEADERS | PADDED, 1, payload))
    it.expect_response(1)


@CASES("generic/3.2/3", "a HEADERS frame with priority")
def _(it):
    payload = b"\x00\x00\x00\x00\xff" + it.block()
    it.send(frame(HEADERS, END_STREAM | END_HEADERS | PRIORITY_FLAG, 1, payload))
    it.expect_response(1)


@CASES("generic/3.3/1", "PRIORITY with weight 1")
def _(it):
    it.send(priority(1, weight=0), it.headers(1))
    it.expect_response(1)


@CASES("generic/3.3/2", "PRIORITY with weight 256")
def _(it):
    it.send(priority(1, weight=255), it.headers(1))
    it.expect_response(1)


@CASES("generic/3.3/3", "PRIORITY with a dependency")
def _(it):
    it.send(priority(1), priority(3, on=1), it.headers(1))
    it.expect_response(1)


@CASES("generic/3.3/4", "PRIORITY with an exclusive dependency")
def _(it):
    it.send(priority(1, exclusive=True), it.headers(1))
    it.expect_response(1)


@CASES("generic/3.3/5", "PRIORITY on an idle stream, then HEADERS on a lower one")
def _(it):
    it.send(priority(5), it.headers(3))
    it.expect_response(3)


@CASES("generic/3.4/1", "RST_STREAM")
def _(it):
    it.send(it.headers(1, flags=END_HEADERS), reset(1))
    it.expect_alive()


@CASES("generic/3.5/1", "SETTINGS is acknowledged")
def _(it):
    it.send(settings((MAX_CONCURRENT_STREAMS, 100)))
    it.until(lambda one: one.type == SETTINGS and one.flags & ACK)


@CASES("generic/3.7/1", "PING is answered")
def _(it):
    it.expect_alive()


@CASES("generic/3.8/1", "GOAWAY")
def _(it):
    it.send(goaway())
    it.expect_alive_or_closed()


@CASES("generic/3.9/1", "WINDOW_UPDATE on the connection")
def _(it):
    it.send(window_update(0, 1))
    it.expect_alive()


@CASES("generic/3.9/2", "WINDOW_UPDATE on a stream")
def _(it):
    it.send(it.headers(1), window_update(1, 1))
    it.expect_response(1)


@CASES("generic/3.10/1", "a CONTINUATION frame")
def _(it):
    it.send(it.headers(1, flags=END_STREAM))
    it.send(frame(CONTINUATION, END_HEADERS, 1, it.dummy_block()))
    it.expect_response(1)


@CASES("generic/3.10/2", "several CONTINUATION frames")
def _(it):
    it.send(it.headers(1, flags=END_STREAM))
    it.send(frame(CONTINUATION, 0, 1, it.dummy_block()))
    it.send(frame(CONTINUATION, END_HEADERS, 1, it.dummy_block(2)))
    it.expect_response(1)


@CASES("generic/4/1", "a GET request")
def _(it):
    it.send(it.headers(1))
    it.expect_response(1)


@CASES("generic/4/2", "a HEAD request")
def _(it):
    it.send(it.headers(1, it.block(method="HEAD")))
    it.expect_response(1)


@CASES("generic/4/3", "a POST request")
def _(it):
    post(it, b"test")


@CASES("generic/4/4", "a POST request with trailers")
def _(it):
    block = it.block(("trailer", "x-test"), method="POST")
    it.send(it.headers(1, block, END_HEADERS), data(1, end=False))
    it.send(it.headers(1, it.encode([("x-test", "ok")])))
    it.expect_response(1)


@CASES("generic/4/5", "two streams interleaved")
def _(it):
    one = it.block(("content-length", "8"), method="POST")
    it.send(it.headers(1, one, END_HEADERS), data(1, end=False))
    it.send(it.headers(3), data(1), ping())
    seen = set()
    it.until(lambda got: got.ends_stream and (seen.add(got.stream) or seen >= {1, 3}))
