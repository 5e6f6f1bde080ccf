# SPDX-License-Identifier: Apache-2.0
"""Nothing is lost, made up or left behind: clients that die, lie or shut the node down."""

import os
import random
import socket
import struct
import subprocess
import threading
import time

import grpc
import pytest
from listening import await_port
from node import Child, Node, program
from telemetry import Telemetry, status_details, until
from wire import END_HEADERS, Connection, data

PATH = "/telemetry.TelemetryService/PushPoints"


def point(name: str, value: float = 1.0) -> bytes:
    body = b"\x0a" + bytes([len(name)]) + name.encode() + b"\x11" + struct.pack("<d", value)
    return b"\0" + struct.pack(">I", len(body)) + body


def post(it: Connection, stream: int) -> bytes:
    fields = it.fields(
        ("content-type", "application/grpc"), ("te", "trailers"), method="POST", path=PATH)
    return it.headers(stream, it.encode(fields), END_HEADERS)


def resident_bytes(pid: int) -> int:
    with open(f"/proc/{pid}/statm", encoding="ascii") as text:
        return int(text.read().split()[1]) * 4096


def kill_clients(node, name: str, connections: int, streams: int, points: int) -> None:
    run = point(name) * points
    for number in range(connections):
        it = Connection((node.host, node.port)).handshake()
        it.socket.sendall(b"".join(
            post(it, stream) + data(stream, run, end=False)
            for stream in range(1, 2 * streams, 2)))
        if number % 3 == 0:  # A reset rather than an orderly end.
            it.socket.shutdown(socket.SHUT_WR)
            it.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        it.close()


def test_of_clients_that_die_the_points_stay_and_nothing_else(start):
    node, client = start()
    kill_clients(node, "warm", 100, 10, 400)
    client.await_count("warm", 400)
    before = resident_bytes(node.pid), node.descriptors()
    kill_clients(node, "dead", 600, 10, 400)
    until(lambda: node.descriptors() <= before[1] + 2)
    # 6000 streams; a kilobyte left of each would be six megabytes.
    assert resident_bytes(node.pid) - before[0] < 4 << 20
    count = client.series("dead")["dead"].count
    assert 400_000 < count <= 2_400_000
    assert node.stop() == 0


def test_a_thousand_streams_of_random_points_add_up(start, telemetry_schema):
    _, client = start("--series-max", "300", "--shards", "3")
    dice = random.Random(7)
    received = rejected = sent = 0
    calls = []
    for _ in range(300):
        points = [
            (f"m{dice.randrange(400)}", dice.choice([1.0, float("nan"), float("inf")]))
            for _ in range(dice.randrange(60))]
        sent += len(points)
        calls.append(client.push_call.future(iter(points), timeout=30))
    for call in calls:
        ack = call.result()
        received += ack.points_received
        rejected += ack.points_rejected
        assert ack.points_rejected == sum(one.count for one in ack.rejections)
    assert received + rejected == sent
    metrics = client.summary().metrics.values()
    assert received == sum(
        one.count + one.positive_infinities + one.negative_infinities for one in metrics)
    assert len(metrics) <= 300


def test_good_points_behind_a_malformed_one_do_not_count(
        telemetry, telemetry_schema, prefix):
    good = (prefix + "x", 1.0)
    points = [good] * 20_000 + [b"\x0a\x09abc"] + [good] * 20_000
    with pytest.raises(grpc.RpcError) as caught:
        telemetry.push(points)
    assert "message 20000 " in caught.value.details()
    ack = telemetry_schema("Ack").FromString(status_details(caught.value).details[0].value)
    assert (ack.points_received, ack.points_rejected) == (20_000, 0)
    assert telemetry.series(prefix)[prefix + "x"].count == 20_000


def test_a_shutdown_under_load_leaves_no_stream_without_an_end(open_channel, telemetry_schema):
    with Node("--shutdown-grace", "2s") as node:
        ends, lock = [], threading.Lock()

        def push(number: int) -> None:
            client = Telemetry(open_channel(node.target), telemetry_schema)
            stop = time.monotonic() + 20

            def points():
                while time.monotonic() < stop:
                    yield (f"s{number}", 1.0)

            try:
                client.push(points())
                end = grpc.StatusCode.OK
            except grpc.RpcError as error:
                end = error.code()
            with lock:
                ends.append(end)

        threads = [threading.Thread(target=push, args=(number,)) for number in range(8)]
        for thread in threads:
            thread.start()
        watcher = Telemetry(open_channel(node.target), telemetry_schema)
        until(lambda: len(watcher.summary().metrics) == 8)
        began = time.monotonic()
        assert node.stop() == 0, node.stderr()
        assert time.monotonic() - began < 6
        for thread in threads:
            thread.join(30)
        assert len(ends) == 8 and set(ends) <= {
            grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.OK}, ends


def test_streams_on_old_connections_end_with_an_exact_account(start, telemetry_schema):
    node, client = start("--connection-age-max", "1s", "--connection-age-grace", "100ms",
                         "--series-max", "4", "--shards", "2")
    ends, lock = [], threading.Lock()

    def push(number: int) -> None:
        def points():
            while True:
                yield ("old", 1.0)
                yield (f"old{number}", 1.0)  # Of some the node knows too many.

        with pytest.raises(grpc.RpcError) as caught:
            with grpc.insecure_channel(node.target) as channel:
                Telemetry(channel, telemetry_schema).push(points())
        with lock:
            ends.append(caught.value)

    threads = [threading.Thread(target=push, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert {end.code() for end in ends} == {grpc.StatusCode.UNAVAILABLE}
    assert all(end.details().startswith("the connection grew old") for end in ends), ends
    acks = [telemetry_schema("Ack").FromString(status_details(end).details[0].value)
            for end in ends]
    received = sum(ack.points_received for ack in acks)
    assert received == sum(one.count for one in client.series("old").values()) > 0
    assert sum(ack.points_rejected for ack in acks) > 0


def test_a_signal_right_after_the_start_is_a_clean_end():
    for _ in range(5):
        with Child([program("tributary"), "serve", "--listen", "127.0.0.1:0"]) as child:
            until(lambda: b"tributary" in open(f"/proc/{child.pid}/cmdline", "rb").read())
            # Before it is ready, mostly.
            assert child.stop() in (0, -15)


def test_a_node_without_standard_streams_serves(telemetry_schema, open_channel, tmp_path):
    process = subprocess.Popen(
        [program("tributary"), "serve", "--listen", "127.0.0.1:0"],
        preexec_fn=lambda: [os.close(number) for number in range(3)])
    try:
        client = Telemetry(open_channel(f"127.0.0.1:{await_port(process)}"), telemetry_schema)
        assert client.push([("x", 1.0)]).points_received == 1
    finally:
        process.terminate()
        assert process.wait(30) == 0
