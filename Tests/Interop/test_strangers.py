# SPDX-License-Identifier: Apache-2.0
"""Bytes that are no gRPC: the port answers or closes, and the node goes on."""

import os
import socket

import pytest
from wire import END_HEADERS, HEADERS, RST_STREAM, Closed, Connection, DATA, data

TLS_HELLO = bytes.fromhex("16030100c8010000c40303") + os.urandom(180)

STRANGERS = {
    "random bytes": os.urandom(4096),
    "zeros": bytes(4096),
    "http/1.1": b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n",
    "a tls hello": TLS_HELLO,
    "half a preface": b"PRI * HTTP/2.0\r\n\r\nSM",
    "a preface and then garbage": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + b"\xff" * 64,
}


@pytest.mark.parametrize("sent", STRANGERS.values(), ids=STRANGERS)
def test_strange_bytes_end_only_their_connection(node, telemetry, sent):
    with socket.create_connection((node.host, node.port), timeout=30) as connection:
        try:
            connection.sendall(sent)
            connection.shutdown(socket.SHUT_WR)
            while connection.recv(65536):
                pass
        except ConnectionResetError:
            pass  # Bytes that nobody read were in flight.
    assert telemetry.summary(names=["none"]).as_of > 0


def exchange(node, block_of, body: bytes | None = None):
    """One request; the answer's fields, body, and whether it was whole."""
    it = Connection((node.host, node.port)).handshake()
    fields, text = {}, b""
    try:
        block = it.encode(block_of(it))
        if body is None:
            it.send(it.headers(1, block))
        else:
            it.send(it.headers(1, block, END_HEADERS), data(1, body))
        while True:
            one = it.until(lambda one: one.stream == 1)
            if one.type == HEADERS:
                fields.update(it.decoder.decode(one.payload))
            elif one.type == DATA:
                text += one.payload
            if one.ends_stream:
                return fields, text
            assert one.type != RST_STREAM, it.story()
    except Closed as story:
        raise AssertionError(f"closed without an answer; {story}") from None
    finally:
        it.close()


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "OPTIONS"])
def test_methods_other_than_post_are_answered_405_with_a_body(node, method):
    fields, text = exchange(node, lambda it: it.fields(method=method))
    assert fields[":status"] == "405"
    assert text and fields.get("allow", "POST") == "POST"


@pytest.mark.parametrize("kind", ["text/plain", "application/json", "application/grpcx", None])
def test_other_content_types_are_answered_415_with_a_body(node, kind):
    more = [("content-type", kind)] if kind else []
    path = "/telemetry.TelemetryService/Summary"
    fields, text = exchange(
        node, lambda it: it.fields(*more, method="POST", path=path), b"{}")
    assert fields[":status"] == "415"
    assert text


def test_head_is_answered_without_a_body(node):
    fields, text = exchange(node, lambda it: it.fields(method="HEAD"))
    assert fields[":status"] == "405" and text == b""
