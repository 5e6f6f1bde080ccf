# SPDX-License-Identifier: Apache-2.0
"""A client of the telemetry service, as thin as grpcio lets it be."""

import time

import grpc
from google.rpc import status_pb2

PUSH = "/telemetry.TelemetryService/PushPoints"
SUMMARY = "/telemetry.TelemetryService/Summary"
SECONDS = 30


class Telemetry:
    """Calls over one channel. Points are (name, value[, time[, labels[, kind]]]), or bytes sent as
    they are."""

    def __init__(self, channel: grpc.Channel, schema):
        self.channel, self.schema = channel, schema
        ack, report = schema("Ack"), schema("Report")
        self.push_call = channel.stream_unary(
            PUSH, request_serializer=self.encode, response_deserializer=ack.FromString)
        self.summary_call = channel.unary_unary(
            SUMMARY, request_serializer=lambda message: message.SerializeToString(),
            response_deserializer=report.FromString)

    def encode(self, point) -> bytes:
        if isinstance(point, bytes):
            return point
        name, value, *rest = point
        if isinstance(name, bytes):  # Not UTF-8, which the Python runtime would refuse.
            body = self.schema("Point")(value=value).SerializeToString()
            return b"\x0a" + bytes([len(name)]) + name + body
        time, labels, kind = *rest, *(0, {}, 0)[len(rest):]
        return self.schema("Point")(
            metric=name, value=value, timestamp=time, labels=labels,
            kind=kind).SerializeToString()

    def push(self, points, **options):
        return self.push_call(iter(points), timeout=options.pop("timeout", SECONDS), **options)

    def summary(self, request=None, **fields):
        if request is None:
            request = self.schema("SummaryRequest")(**fields)
        return self.summary_call(request, timeout=SECONDS)

    def series(self, prefix: str):
        return self.summary(prefixes=[prefix]).metrics

    def labelled(self, prefix: str):
        """Series with labels, by name and labels."""
        return {(one.metric, frozenset(one.labels.items())): one.summary
                for one in self.summary(prefixes=[prefix]).series}

    def await_count(self, prefix: str, count: int) -> None:
        """Until the node has applied `count` points of the prefix."""
        deadline = time.monotonic() + SECONDS
        while (found := sum(one.count for one in self.series(prefix).values())) < count:
            assert time.monotonic() < deadline, f"{found} of {count} points after {SECONDS} s"


def status_details(error: grpc.RpcError) -> status_pb2.Status:
    """The google.rpc.Status that travels in the trailers."""
    for key, value in error.trailing_metadata():
        if key == "grpc-status-details-bin":
            return status_pb2.Status.FromString(value)
    raise AssertionError("no grpc-status-details-bin")


def until(holds, seconds: float = SECONDS):
    """Asks again and again until the answer is true; the answer. Between two questions it pauses:
    a loop that never blocks keeps the interpreter's lock from the threads it waits for."""
    deadline = time.monotonic() + seconds
    while not (answer := holds()):
        assert time.monotonic() < deadline, f"still not so after {seconds} s"
        time.sleep(0.005)
    return answer
