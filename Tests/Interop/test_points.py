# SPDX-License-Identifier: Apache-2.0
"""Points in, summaries out: what the schema promises."""

import math
import time

import grpc
import pytest
import schema
from telemetry import PUSH, SUMMARY


def test_a_summary_tells_the_statistics_of_what_was_pushed(telemetry, prefix):
    ack = telemetry.push([(prefix + "cpu", v) for v in (1.5, -2.0, 4.0)] + [(prefix + "mem", 7)])
    assert (ack.points_received, ack.points_rejected, len(ack.rejections)) == (4, 0, 0)
    metrics = telemetry.series(prefix)
    cpu = metrics[prefix + "cpu"]
    assert (cpu.count, cpu.sum, cpu.min, cpu.max) == (3, 3.5, -2.0, 4.0)
    assert cpu.avg == pytest.approx(3.5 / 3, rel=1e-15)
    assert sorted(metrics) == [prefix + "cpu", prefix + "mem"]


def test_an_empty_stream_is_acknowledged_with_nothing(telemetry):
    assert telemetry.push([]).points_received == 0


def test_an_acknowledged_point_is_in_the_very_next_summary(telemetry, prefix):
    for turn in range(1, 51):
        assert telemetry.push([(prefix + "x", turn)]).points_received == 1
        assert telemetry.series(prefix)[prefix + "x"].count == turn


def test_times_inside_the_window_and_the_grace_count(telemetry, prefix):
    now = int(time.time())
    times = [now, now - 3500, now + 50, 0]
    assert telemetry.push([(prefix + "x", 1, at) for at in times]).points_received == 4
    assert telemetry.series(prefix)[prefix + "x"].count == 4


def test_infinities_are_counted_apart(telemetry, prefix):
    values = [math.inf, -math.inf, -math.inf, 2.0]
    assert telemetry.push([(prefix + "x", value) for value in values]).points_received == 4
    found = telemetry.series(prefix)[prefix + "x"]
    assert (found.count, found.sum, found.min, found.max) == (1, 2.0, 2.0, 2.0)
    assert (found.positive_infinities, found.negative_infinities) == (1, 2)


@pytest.mark.parametrize("name", ["a", "ß-Zähler", "cpu{host=\"a b\"}", "日本語", "x" * 1024, "\0"])
def test_names_are_any_text(telemetry, prefix, name):
    name = (prefix + name)[:1024]
    assert telemetry.push([(name, 1)]).points_received == 1
    assert telemetry.summary(names=[name]).metrics[name].count == 1


def test_filters_choose_series(telemetry, prefix):
    names = ["cpu.user", "cpu.system", "mem.free", "mem.used", "load"]
    telemetry.push([(prefix + name, 1) for name in names])

    def chosen(**fields):
        return sorted(n.removeprefix(prefix) for n in telemetry.summary(**fields).metrics)

    assert chosen(names=[prefix + "load", prefix + "absent"]) == ["load"]
    assert chosen(prefixes=[prefix + "cpu."]) == ["cpu.system", "cpu.user"]
    assert chosen(globs=[prefix + "*.[fu]*"]) == ["cpu.user", "mem.free", "mem.used"]
    assert chosen(names=[prefix + "load"], globs=[prefix + "mem.fre?"]) == ["load", "mem.free"]


def test_a_shorter_window_leaves_older_points_out(telemetry, prefix):
    now = int(time.time())
    telemetry.push([(prefix + "x", 1, now - 1800), (prefix + "x", 10, now)])
    name = prefix + "x"
    assert telemetry.summary(names=[name]).metrics[name].count == 2
    report = telemetry.summary(names=[name], window_seconds=600)
    assert (report.metrics[name].count, report.metrics[name].sum) == (1, 10)
    assert report.window_seconds == 600


def test_a_report_tells_its_span(telemetry):
    report = telemetry.summary(names=["none"])
    assert abs(report.as_of - time.time()) < 5
    assert (report.window_seconds, report.resolution_seconds) == (3600, 10)


def test_clients_of_the_original_schema_are_served(node, open_channel, prefix):
    old = schema.original()
    channel = open_channel(node.target)
    push = channel.stream_unary(
        PUSH, request_serializer=lambda point: point.SerializeToString(),
        response_deserializer=old("Ack").FromString)
    summary = channel.unary_unary(
        SUMMARY, request_serializer=lambda empty: empty.SerializeToString(),
        response_deserializer=old("Report").FromString)
    points = [old("Point")(metric=prefix + "x", value=v, timestamp=int(time.time()))
              for v in (1.0, 3.0)]
    assert push(iter(points), timeout=30).points_received == 2
    found = summary(old("Empty")(), timeout=30).metrics[prefix + "x"]
    assert (found.count, found.sum, found.avg, found.min, found.max) == (2, 4.0, 2.0, 1.0, 3.0)


def test_unknown_fields_of_a_point_are_skipped(telemetry, prefix):
    known = telemetry.encode((prefix + "x", 5.0))
    unknown = b"\x7a\x03abc" + b"\x80\x01\x07" + b"\x8d\x01\x00\x00\x00\x00"
    assert telemetry.push([unknown + known + unknown]).points_received == 1
    assert telemetry.series(prefix)[prefix + "x"].sum == 5.0


def test_the_last_of_repeated_fields_holds(telemetry, prefix):
    first, last = telemetry.encode((prefix + "a", 1.0)), telemetry.encode((prefix + "b", 2.0))
    telemetry.push([first + last])
    assert list(telemetry.series(prefix)) == [prefix + "b"]


def test_pages_hold_every_series_once_in_order(telemetry, prefix):
    names = [f"{prefix}{number:03}" for number in range(25)]
    telemetry.push([(name, 1) for name in reversed(names)])
    sizes, found, token = [], [], ""
    while True:
        page = telemetry.summary(prefixes=[prefix], page_size=10, page_token=token)
        sizes.append(len(page.metrics))
        found += sorted(page.metrics)
        token = page.next_page_token
        if not token:
            break
    assert (sizes, found) == ([10, 10, 5], names)


@pytest.mark.parametrize("fields", [
    {"page_size": 10, "page_token": "no such token"}, {"page_size": -1},
    {"window_seconds": -5}, {"window_seconds": 1 << 40}, {"bytes_max": -1},
])
def test_a_question_that_makes_no_sense_is_an_invalid_argument(telemetry, fields):
    with pytest.raises(grpc.RpcError) as caught:
        telemetry.summary(**fields)
    assert caught.value.code() == grpc.StatusCode.INVALID_ARGUMENT
    assert caught.value.details()


def test_a_report_over_the_callers_limit_names_both_sizes(telemetry, prefix):
    telemetry.push([(f"{prefix}{number}", 1) for number in range(100)])
    with pytest.raises(grpc.RpcError) as caught:
        telemetry.summary(prefixes=[prefix], bytes_max=1000)
    assert caught.value.code() == grpc.StatusCode.RESOURCE_EXHAUSTED
    sizes = [int(word) for word in caught.value.details().replace(",", " ").split()
             if word.isdigit()]
    assert 1000 in sizes and any(size > 1000 for size in sizes), caught.value.details()


def test_points_leave_the_window_to_the_second(start):
    _, client = start("--window", "3s", "--resolution", "1s")
    at = int(client.summary().as_of)
    assert client.push([("x", 1, at)]).points_received == 1
    seen = gone = 0
    while not gone:
        report = client.summary()
        present = "x" in report.metrics
        assert present == (at > report.as_of - 3), f"at {report.as_of - at} s"
        seen, gone = seen + present, gone + (not present)
        assert report.as_of < at + 10
    assert seen
