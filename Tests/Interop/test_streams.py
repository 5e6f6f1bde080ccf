# SPDX-License-Identifier: Apache-2.0
"""Many streams at once, clients that die, compression, and a node that is told to stop."""

import asyncio
import os
import queue
import signal
import socket
import subprocess
import sys

import grpc
import pytest
from node import Node, program
from telemetry import PUSH, until


class OpenStream:
    """A PushPoints call that stays open until it is told to end."""

    def __init__(self, client, **options):
        self.points = queue.Queue()
        self.call = client.push_call.future(iter(self.points.get, None), timeout=60, **options)

    def send(self, *points) -> None:
        for point in points:
            self.points.put(point)

    def finish(self):
        self.points.put(None)
        return self.call.result(30)


def test_two_hundred_streams_at_once_lose_nothing(node, telemetry, telemetry_schema, prefix):
    count, each = 200, 50

    async def push_all():
        options = [("grpc.enable_http_proxy", 0)]
        async with grpc.aio.insecure_channel(node.target, options=options) as channel:
            ack = telemetry_schema("Ack")
            method = channel.stream_unary(
                PUSH, request_serializer=telemetry.encode, response_deserializer=ack.FromString)
            calls = [method(timeout=60) for _ in range(count)]
            for turn in range(each):  # All are open before the first ends.
                for number, call in enumerate(calls):
                    await call.write((f"{prefix}{number % 20}", float(turn)))
            for call in calls:
                await call.done_writing()
            return [(await call).points_received for call in calls]

    assert asyncio.run(push_all()) == [each] * count
    metrics = telemetry.series(prefix)
    assert [one.count for one in metrics.values()] == [count // 20 * each] * 20


def test_compressed_streams_are_taken(telemetry, prefix):
    points = [(prefix + "x", float(value)) for value in range(1000)]
    assert telemetry.push(points, compression=grpc.Compression.Gzip).points_received == 1000
    assert telemetry.series(prefix)[prefix + "x"].sum == sum(range(1000))


DYING = """
import os, sys, threading
import grpc
sys.path.insert(0, sys.argv[3])
import schema
point = schema.telemetry()("Point")
def points():
    for value in range(100):
        yield point(metric=sys.argv[2], value=value)
    print("sent", flush=True)
    threading.Event().wait()
channel = grpc.insecure_channel(sys.argv[1], options=[("grpc.enable_http_proxy", 0)])
channel.stream_unary("/telemetry.TelemetryService/PushPoints",
    request_serializer=lambda one: one.SerializeToString(),
    response_deserializer=None)(points())
"""


def test_points_of_a_client_that_dies_stay_and_nothing_leaks(node, telemetry, prefix):
    telemetry.summary()
    before = node.descriptors()
    command = [sys.executable, "-c", DYING, node.target, prefix + "x", os.path.dirname(__file__)]
    children = [subprocess.Popen(command, stdout=subprocess.PIPE) for _ in range(3)]
    for child in children:
        assert child.stdout.readline() == b"sent\n"
    telemetry.await_count(prefix, 300)
    for child in children:
        child.kill()
        child.wait()
        child.stdout.close()
    until(lambda: node.descriptors() <= before + 1)  # One is opened once, when first needed.
    assert telemetry.series(prefix)[prefix + "x"].count == 300


def test_points_before_a_cancellation_stay(telemetry, prefix):
    stream = OpenStream(telemetry)
    stream.send((prefix + "x", 1.0), (prefix + "x", 2.0))
    telemetry.await_count(prefix, 2)
    assert stream.call.cancel()
    stream.points.put(None)
    assert telemetry.series(prefix)[prefix + "x"].count == 2


def test_a_stream_past_its_deadline_ends_and_its_points_stay(telemetry, prefix):
    points = queue.Queue()
    points.put((prefix + "x", 1.0))
    call = telemetry.push_call.future(iter(points.get, None), timeout=1.0)
    with pytest.raises(grpc.RpcError) as caught:
        call.result(30)
    points.put(None)
    assert caught.value.code() == grpc.StatusCode.DEADLINE_EXCEEDED
    assert telemetry.series(prefix)[prefix + "x"].count == 1


def test_sigterm_lets_streams_finish(start, prefix):
    node, client = start()
    stream = OpenStream(client)
    stream.send(*[(prefix + "x", 1.0)] * 10)
    client.await_count(prefix, 10)
    node.send(signal.SIGTERM)

    def refused() -> bool:
        try:
            socket.create_connection((node.host, node.port), timeout=5).close()
        except ConnectionRefusedError:
            return True
        except ConnectionResetError:
            # Waited to be accepted when the listener was closed.
            return False
        return False

    until(refused)
    stream.send(*[(prefix + "x", 1.0)] * 10)
    assert stream.finish().points_received == 20
    assert node.wait() == 0


def test_sigterm_does_not_wait_for_ever(start, prefix):
    node, client = start("--shutdown-grace", "1s")
    stream = OpenStream(client)
    stream.send((prefix + "x", 1.0))
    client.await_count(prefix, 1)
    node.send(signal.SIGTERM)
    assert node.wait() == 0
    with pytest.raises(grpc.RpcError):
        stream.call.result(30)
    stream.points.put(None)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_an_idle_node_ends_at_once(start, number):
    node, client = start()
    client.summary()
    assert node.stop(number) == 0


def serve(*flags: str):
    return subprocess.run(
        [program("tributary"), "serve", *flags], capture_output=True, text=True, timeout=30,
        check=False)


def test_a_port_in_use_is_one_line_and_status_2(node):
    ended = serve("--listen", node.target)
    assert ended.returncode == 2, ended.stderr
    assert ended.stdout == ""
    assert len(ended.stderr.splitlines()) == 1 and str(node.port) in ended.stderr


@pytest.mark.parametrize("flags", [
    ("--no-such-flag",), ("--listen", "nonsense"), ("--window", "0"), ("--shards", "-1"),
    ("--window", "60s", "--resolution", "7s"), ("--config", "/nonexistent/tributary.yaml"),
])
def test_a_bad_flag_is_one_line_and_status_2(flags):
    ended = serve(*flags)
    assert ended.returncode == 2, ended.stderr
    assert ended.stdout == "" and len(ended.stderr.splitlines()) == 1


def test_an_unknown_key_of_the_configuration_is_named_with_its_line(tmp_path):
    file = tmp_path / "node.yaml"
    file.write_text("listen: 127.0.0.1:0\nwindoe: 60\n")
    ended = serve("--config", str(file))
    assert ended.returncode == 2
    assert f"{file}:2:" in ended.stderr and "windoe" in ended.stderr


def test_flags_win_over_the_configuration(tmp_path, telemetry_schema, open_channel):
    from telemetry import Telemetry

    file = tmp_path / "node.yaml"
    file.write_text("window: 2m\nresolution: 1s\n")
    with Node("--config", str(file), "--window", "60s") as started:
        client = Telemetry(open_channel(started.target), telemetry_schema)
        report = client.summary()
        assert (report.window_seconds, report.resolution_seconds) == (60, 1)
