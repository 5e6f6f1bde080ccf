# SPDX-License-Identifier: Apache-2.0
"""gRPC over HTTP/2 as bytes: what a well-mannered client library never sends."""

import gzip
import struct

import pytest
from wire import (
    DATA, END_HEADERS, END_STREAM, HEADERS, INITIAL_WINDOW_SIZE, PADDED, RST_STREAM,
    WINDOW_UPDATE, Connection, data, frame, reset, window_update,
)

SUMMARY = "/telemetry.TelemetryService/Summary"
PUSH = "/telemetry.TelemetryService/PushPoints"
# A SummaryRequest of a prefix that no metric has: its answer fits any window.
OF_NONE = b"\x12\x07absent."


def message(payload: bytes = b"", compressed: bool = False) -> bytes:
    return struct.pack(">BI", compressed, len(payload)) + payload


class Raw:
    """Calls on one connection, byte by byte."""

    def __init__(self, node, *settings):
        self.it = Connection((node.host, node.port)).handshake(*settings)

    def begin(self, stream: int, path: str, *more, end: bool = False) -> None:
        fields = self.it.fields(
            ("content-type", "application/grpc"), ("te", "trailers"), *more,
            method="POST", path=path)
        flags = END_HEADERS | (END_STREAM if end else 0)
        self.it.send(self.it.headers(stream, self.it.encode(fields), flags))

    def answer(self, stream: int):
        """Leading and trailing fields (one dictionary), and the body."""
        fields, body = {}, b""
        while True:
            one = self.it.until(lambda one: one.type in (HEADERS, DATA, RST_STREAM))
            if one.type == HEADERS:
                found = self.it.decoder.decode(one.payload)
                if one.stream == stream:
                    fields.update(found)
            elif one.stream == stream and one.type == DATA:
                body += one.payload
            assert one.stream != stream or one.type != RST_STREAM, self.it.story()
            if one.stream == stream and one.ends_stream:
                return fields, body


@pytest.fixture
def raw(node):
    made = []

    def make(*settings):
        made.append(Raw(node, *settings))
        return made[-1]

    yield make
    for one in made:
        one.it.close()


def test_a_plain_call(raw):
    call = raw()
    call.begin(1, SUMMARY)
    call.it.send(data(1, message(OF_NONE)))
    fields, body = call.answer(1)
    assert (fields[":status"], fields["grpc-status"]) == ("200", "0")
    assert fields["content-type"].startswith("application/grpc")
    assert len(body) == 5 + int.from_bytes(body[1:5], "big")


def test_a_message_may_be_cut_anywhere(raw, telemetry, prefix):
    call = raw()
    call.begin(1, PUSH)
    for byte in message(telemetry.encode((prefix + "x", 1.0))):
        call.it.send(data(1, bytes([byte]), end=False))
    call.it.send(data(1, b""))
    assert call.answer(1)[0]["grpc-status"] == "0"
    assert telemetry.series(prefix)[prefix + "x"].count == 1


def test_padded_frames_and_trailers_are_taken(raw, telemetry, prefix):
    call = raw()
    call.begin(1, PUSH)
    whole = message(telemetry.encode((prefix + "x", 1.0)))
    call.it.send(frame(DATA, PADDED, 1, b"\x07" + whole + bytes(7)))
    call.it.send(frame(DATA, PADDED, 1, b"\x00" + whole))
    call.it.send(call.it.headers(1, call.it.encode([("x-trailer", "ok")])))
    assert call.answer(1)[0]["grpc-status"] == "0"
    assert telemetry.series(prefix)[prefix + "x"].count == 2


def test_interleaved_streams_are_kept_apart(raw, telemetry, prefix):
    call = raw()
    streams = range(1, 41, 2)
    for stream in streams:
        call.begin(stream, PUSH)
    for offset in range(2):
        for stream in streams:
            whole = message(telemetry.encode((f"{prefix}{stream}", float(stream))))
            half = len(whole) // 2
            part = whole[:half] if offset == 0 else whole[half:]
            call.it.send(data(stream, part, end=offset == 1))
    assert call.answer(streams[-1])[0]["grpc-status"] == "0"
    telemetry.await_count(prefix, len(streams))
    assert {name: one.sum for name, one in telemetry.series(prefix).items()} == {
        f"{prefix}{stream}": float(stream) for stream in streams}


def test_an_answer_waits_for_the_clients_window(raw):
    call = raw((INITIAL_WINDOW_SIZE, 0))
    call.begin(1, SUMMARY)
    call.it.send(data(1, message(OF_NONE)))
    call.it.expect_response(1)
    call.it.expect_alive()
    assert not any(one.type == DATA for one in call.it.seen)
    call.it.send(window_update(1, 1 << 20))
    assert call.answer(1)[0]["grpc-status"] == "0"


def test_credit_comes_back_for_what_was_taken(raw, telemetry, prefix):
    call = raw()
    call.begin(1, PUSH)
    window = call.it.server_settings.get(INITIAL_WINDOW_SIZE, 65535)
    one = message(telemetry.encode((prefix + "x", 1.0)))
    run = one * (16000 // len(one))
    sent = 0
    credit = min(window, 65535 + sum(
        int.from_bytes(seen.payload, "big") for seen in call.it.seen
        if seen.type == WINDOW_UPDATE and seen.stream == 0))
    while sent + len(run) <= credit:
        call.it.send(data(1, run, end=False))
        sent += len(run)
    # Whatever the windows are: having used one up, the client is given more.
    call.it.until(lambda got: got.type == WINDOW_UPDATE)
    call.it.send(data(1, b""))
    assert call.answer(1)[0]["grpc-status"] == "0"


def test_the_server_keeps_the_deadline_by_itself(raw):
    call = raw()
    call.begin(1, PUSH, ("grpc-timeout", "50m"))
    assert call.answer(1)[0]["grpc-status"] == "4"


@pytest.mark.parametrize("value", ["50", "m", "-1S", "123456789S", "1x"])
def test_a_timeout_that_is_none_is_refused_or_ignored(raw, value):
    call = raw()
    call.begin(1, SUMMARY, ("grpc-timeout", value))
    call.it.send(data(1, message(OF_NONE)))
    assert call.answer(1)[0]["grpc-status"] in ("0", "3", "13")


@pytest.mark.parametrize("coding", ["snappy", "br", "GZIP"])
def test_an_unknown_coding_is_unimplemented_and_the_known_ones_are_told(raw, coding):
    call = raw()
    call.begin(1, SUMMARY, ("grpc-encoding", coding))
    call.it.send(data(1, message(b"", compressed=True)))
    fields, _ = call.answer(1)
    assert fields["grpc-status"] == "12"
    assert {"gzip", "zstd", "lz4"} <= {
        word.strip() for word in fields["grpc-accept-encoding"].split(",")}


@pytest.mark.parametrize("level", [0, 9])
def test_gzip_messages_are_inflated(raw, telemetry, prefix, level):
    call = raw()
    call.begin(1, PUSH, ("grpc-encoding", "gzip"))
    packed = gzip.compress(telemetry.encode((prefix + "x", 2.0)), level)
    call.it.send(data(1, message(packed, True) + message(packed, True)))
    assert call.answer(1)[0]["grpc-status"] == "0"
    assert telemetry.series(prefix)[prefix + "x"].count == 2


@pytest.mark.parametrize("payload", [
    b"no gzip at all", gzip.compress(b"x" * 100)[:-9], b"",
    gzip.compress(b"x" * 100)[:20] + b"\xff" * 20,
])
def test_corrupt_gzip_ends_the_call(raw, payload):
    call = raw()
    call.begin(1, PUSH, ("grpc-encoding", "gzip"))
    call.it.send(data(1, message(payload, True)))
    assert call.answer(1)[0]["grpc-status"] in ("3", "13")
    call.it.expect_alive()


def test_the_compressed_flag_without_a_coding_is_an_error(raw):
    call = raw()
    call.begin(1, PUSH)
    call.it.send(data(1, message(b"xxxx", True)))
    assert call.answer(1)[0]["grpc-status"] == "13"


@pytest.mark.parametrize("sent", [b"\x00\x00\x00", message(b"abc")[:-1], b"\x02\x00\x00\x00\x00"],
                         ids=["half a prefix", "half a message", "flag 2"])
def test_a_broken_length_prefix_ends_the_call(raw, sent):
    call = raw()
    call.begin(1, PUSH)
    call.it.send(data(1, sent))
    assert call.answer(1)[0]["grpc-status"] in ("3", "13")
    call.it.expect_alive()


def test_a_unary_call_without_a_message_fails_and_with_two_ends(raw):
    call = raw()
    call.begin(1, SUMMARY, end=True)
    assert call.answer(1)[0]["grpc-status"] in ("12", "13", "3")
    call.begin(3, SUMMARY)
    call.it.send(data(3, message() + message()))
    assert call.answer(3)[0]["grpc-status"] in ("0", "12", "13", "3")


@pytest.mark.parametrize("path", [
    "/telemetry.TelemetryService/Absent", "/absent.Service/Method", "/", "/telemetry", "//",
])
def test_an_unknown_method_is_unimplemented(raw, path):
    call = raw()
    call.begin(1, path, end=True)
    assert call.answer(1)[0]["grpc-status"] == "12"


def test_a_reset_ends_only_its_stream(raw, telemetry, prefix):
    call = raw()
    call.begin(1, PUSH)
    call.begin(3, PUSH)
    call.it.send(data(1, message(telemetry.encode((prefix + "a", 1.0))), end=False), reset(1))
    call.it.send(data(3, message(telemetry.encode((prefix + "b", 1.0)))))
    assert call.answer(3)[0]["grpc-status"] == "0"
    telemetry.await_count(prefix, 2)


def test_more_headers_than_the_limit_are_refused(raw):
    call = raw()
    fields = [(f"x-{number}", "v" * 4000) for number in range(4)]
    call.begin(1, SUMMARY, *fields * 20, end=True)
    try:
        call.it.until(lambda one: one.stream == 1 or one.type == 7)
    except Exception as closed:  # Closing is an answer too.
        assert type(closed).__name__ == "Closed"
