# SPDX-License-Identifier: Apache-2.0
"""What bad input gets: bad points are counted by reason, bad bytes end the stream."""

import math
import time

import grpc
import pytest
from telemetry import status_details

NOW = int(time.time())

BAD_POINTS = {
    "VALUE_NAN": ("x", math.nan),
    "NAME_EMPTY": ("", 1.0),
    "NAME_TOO_LONG": ("x" * 1025, 1.0),
    "NAME_NOT_UTF8": (b"caf\xe9", 1.0),
    "TIME_TOO_OLD": ("x", 1.0, NOW - 7200),
    "TIME_TOO_NEW": ("x", 1.0, NOW + 7200),
    "TIME_IN_MILLISECONDS": ("x", 1.0, NOW * 1000),
    "TIME_IN_MICROSECONDS": ("x", 1.0, NOW * 1000_000),
    "TIME_IN_NANOSECONDS": ("x", 1.0, NOW * 1000_000_000),
}


def rejections(ack, schema):
    names = {number: name for name, number in schema.enum("RejectReason").items()}
    return {
        names[one.reason].removeprefix("REJECT_REASON_"): (one.count, one.first_index)
        for one in ack.rejections
    }


@pytest.mark.parametrize("reason", BAD_POINTS)
def test_a_bad_point_is_counted_and_the_stream_goes_on(telemetry, telemetry_schema, prefix, reason):
    good = (prefix + "x", 1.0)
    ack = telemetry.push([good, good, BAD_POINTS[reason], good, BAD_POINTS[reason], good])
    assert (ack.points_received, ack.points_rejected) == (4, 2)
    assert rejections(ack, telemetry_schema) == {reason: (2, 2)}
    assert telemetry.series(prefix)[prefix + "x"].count == 4


def test_a_time_before_1970_is_too_old(telemetry, telemetry_schema):
    ack = telemetry.push([("x", 1.0, -5)])
    assert rejections(ack, telemetry_schema) == {"TIME_TOO_OLD": (1, 0)}


def test_every_reason_in_one_stream_has_its_own_count_and_place(telemetry, telemetry_schema):
    points = [point for point in BAD_POINTS.values() for _ in range(3)]
    ack = telemetry.push(points)
    assert (ack.points_received, ack.points_rejected) == (0, len(points))
    assert rejections(ack, telemetry_schema) == {
        reason: (3, 3 * place) for place, reason in enumerate(BAD_POINTS)}


def test_a_wrong_unit_is_named(telemetry):
    ack = telemetry.push([("x", 1.0, NOW * 1000)])
    assert "millisecond" in ack.rejections[0].hint.lower()


def test_over_the_series_limit_only_new_series_are_rejected(start, telemetry_schema):
    _, client = start("--series-max", "3")
    ack = client.push([(f"s{number}", 1.0) for number in range(5)])
    assert (ack.points_received, ack.points_rejected) == (3, 2)
    # Shards take their points side by side: which are the first three is not said.
    assert rejections(ack, telemetry_schema)["SERIES_LIMIT"][0] == 2
    known = sorted(client.summary().metrics)
    ack = client.push([(name, 2.0) for name in known] + [("new", 1.0)])
    assert (ack.points_received, ack.points_rejected) == (3, 1)
    assert sorted(client.summary().metrics) == known


MALFORMED = {
    "a truncated name": b"\x0a\x09abc",
    "a truncated double": b"\x0a\x01x\x11\x00\x00",
    "a truncated varint": b"\x0a\x01x\x18\xff",
    "a varint of more than ten bytes": b"\x18" + b"\xff" * 10 + b"\x01",
    "field number 0": b"\x02\x01x",
    "wire type 7": b"\x0f",
    "a length beyond the message": b"\x0a\xff\xff\xff\xff\x07x",
    "an end of a group that never began": b"\x1c",
    "a group without an end": b"\x23\x08\x01",
}


@pytest.mark.parametrize("bytes_", MALFORMED.values(), ids=MALFORMED)
def test_malformed_bytes_end_the_stream_and_name_the_message(
        telemetry, telemetry_schema, prefix, bytes_):
    good = (prefix + "x", 1.0)
    with pytest.raises(grpc.RpcError) as caught:
        telemetry.push([good, good, good, bytes_, good])
    assert caught.value.code() == grpc.StatusCode.INVALID_ARGUMENT
    assert "3" in caught.value.details(), "the index of the message"
    details = status_details(caught.value)
    assert details.code == grpc.StatusCode.INVALID_ARGUMENT.value[0]
    assert details.message == caught.value.details()
    assert [one.type_url.rsplit("/", 1)[1] for one in details.details] == ["telemetry.Ack"]
    ack = telemetry_schema("Ack").FromString(details.details[0].value)
    assert ack.points_received == 3
    assert telemetry.series(prefix)[prefix + "x"].count == 3


def test_a_malformed_question_is_an_invalid_argument(node, open_channel):
    call = open_channel(node.target).unary_unary(
        "/telemetry.TelemetryService/Summary", request_serializer=None, response_deserializer=None)
    with pytest.raises(grpc.RpcError) as caught:
        call(b"\x0a\x09abc", timeout=30)
    assert caught.value.code() in (
        grpc.StatusCode.INVALID_ARGUMENT, grpc.StatusCode.INTERNAL)


def test_a_message_over_the_limit_is_refused_with_the_limit(telemetry, prefix):
    with pytest.raises(grpc.RpcError) as caught:
        telemetry.push([(prefix + "x", 1.0), ("x" * (5 << 20), 1.0)])
    assert caught.value.code() == grpc.StatusCode.RESOURCE_EXHAUSTED
    assert str(4 << 20) in caught.value.details()
    assert telemetry.push([(prefix + "x", 1.0)]).points_received == 1


def test_a_message_that_inflates_over_the_limit_is_refused(telemetry, prefix):
    with pytest.raises(grpc.RpcError) as caught:
        telemetry.push([("x" * (64 << 20), 1.0)], compression=grpc.Compression.Gzip)
    assert caught.value.code() == grpc.StatusCode.RESOURCE_EXHAUSTED
    assert str(4 << 20) in caught.value.details()


def test_a_long_name_below_the_limit_is_only_a_bad_point(telemetry, telemetry_schema):
    ack = telemetry.push([("x" * (4_000_000), 1.0)])
    assert rejections(ack, telemetry_schema) == {"NAME_TOO_LONG": (1, 0)}


def test_the_longest_name_can_be_chosen(start, telemetry_schema):
    _, client = start("--name-bytes-max", "8")
    ack = client.push([("x" * 8, 1.0), ("x" * 9, 1.0)])
    assert ack.points_received == 1
    assert rejections(ack, telemetry_schema) == {"NAME_TOO_LONG": (1, 1)}
