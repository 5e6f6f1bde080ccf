# SPDX-License-Identifier: Apache-2.0
"""metrics.v1: a stream of metrics, summed up in its answer."""

import time

import grpc
import pytest
import schema

RECORD = "/metrics.v1.MetricsService/RecordMetrics"


@pytest.fixture(scope="session")
def metrics():
    return schema.metrics()


@pytest.fixture
def record(telemetry, metrics):
    call = telemetry.channel.stream_unary(
        RECORD, request_serializer=lambda one: one.SerializeToString(),
        response_deserializer=metrics("MetricsSummary").FromString)

    def make(stream):
        """The summary, and the trailers as pairs."""
        summary, done = call.with_call(iter(stream), timeout=30)
        return summary, list(done.trailing_metadata() or [])

    return make


def metric(metrics, name, value, seconds=None, kind="METRIC_TYPE_UNSPECIFIED", nanos=5, **labels):
    made = metrics("Metric")(name=name, value=value, labels=labels,
                             type=metrics.enum("MetricType")[kind])
    if seconds is not None:
        made.timestamp.seconds, made.timestamp.nanos = seconds, nanos
    return made


def test_a_stream_is_summed_up_and_enters_the_windows(record, metrics, telemetry, prefix):
    now = int(time.time())
    summary, trailers = record([
        metric(metrics, prefix + "a", 1.0, now - 10, "METRIC_TYPE_GAUGE", host="x"),
        metric(metrics, prefix + "a", 3.0, now - 20, "METRIC_TYPE_COUNTER"),
        metric(metrics, prefix + "b", 5.0, now, "METRIC_TYPE_HISTOGRAM")])
    assert (summary.total_metrics, summary.unique_metric_names) == (3, 2)
    assert (summary.start_time.seconds, summary.end_time.seconds) == (now - 20, now)
    stats = summary.stats[prefix + "a"]
    assert (stats.count, stats.sum, stats.min, stats.max, stats.avg) == (2, 4.0, 1.0, 3.0, 2.0)
    assert not [pair for pair in trailers if pair[0].startswith("tributary-")]
    report = telemetry.summary(prefixes=[prefix])
    assert {name: one.sum for name, one in report.metrics.items()} == {
        prefix + "a": 3.0, prefix + "b": 5.0}
    assert [(one.metric, dict(one.labels), one.summary.sum) for one in report.series] == [
        (prefix + "a", {"host": "x"}, 1.0)]


def test_what_is_rejected_is_told_in_the_trailers(record, metrics, prefix):
    summary, trailers = record([
        metric(metrics, prefix + "a", 1.0), metric(metrics, prefix + "a", float("nan")),
        metric(metrics, prefix + "a", 1.0, 5), metric(metrics, "", 1.0),
        metric(metrics, prefix + "a", 1.0, int(time.time()) * 1000),
        metric(metrics, prefix + "a", 1.0, int(time.time()), nanos=1_000_000_000)])
    assert summary.total_metrics == 1
    assert ("tributary-points-rejected", "5") in trailers
    told = sorted(value for key, value in trailers if key == "tributary-rejection")
    assert told == ["reason=NAME_EMPTY count=1 first_index=3",
                    "reason=TIME_INVALID count=1 first_index=5",
                    "reason=TIME_IN_MILLISECONDS count=1 first_index=4",
                    "reason=TIME_TOO_OLD count=1 first_index=2",
                    "reason=VALUE_NAN count=1 first_index=1"]


def test_many_metrics_flow_through_one_stream(record, metrics, prefix):
    summary, _ = record(
        metric(metrics, f"{prefix}{number % 100}", float(number)) for number in range(20_000))
    assert summary.total_metrics == 20_000 and summary.unique_metric_names == 100
    assert sum(one.sum for one in summary.stats.values()) == sum(range(20_000))
    assert all(one.count == 200 for one in summary.stats.values())


def test_bytes_that_are_no_metric_end_the_stream(telemetry):
    call = telemetry.channel.stream_unary(
        RECORD, request_serializer=None, response_deserializer=None)
    with pytest.raises(grpc.RpcError) as failure:
        call(iter([b"\x0a\x09A"]), timeout=30)
    assert failure.value.code() == grpc.StatusCode.INVALID_ARGUMENT
