# SPDX-License-Identifier: Apache-2.0
"""Minutes of changing load on one node: bulk, small streams, dead clients, garbage, summaries.

The load of every round is the same, so after the first rounds memory and descriptors must stay.
"""

import argparse
import os
import socket
import sys
import time

import grpc
from figures import generate, resident_bytes  # First: it says where the next ones are.

import schema
from node import Node
from telemetry import Telemetry, until

WARM_UP_ROUNDS = 10
# What may be kept more after the warm-up: a loop keeps up to 64 batches of 342 KB for reuse, and
# how many of them two loops ever need at once is chance.
GROWTH_BYTES_MAX = 2 * 64 * 342_000


def disturb(node, client, round_number: int) -> None:
    """Clients that end badly, and bytes that are no gRPC."""
    calls = []
    for number in range(50):
        points = ((f"soak.{number}", float(value), 0) for value in range(200))
        calls.append(client.push_call.future(points, timeout=60))
    for number, call in enumerate(calls):
        if number % 3 == 0:
            call.cancel()
        else:
            call.result(60)
    for _ in range(50):
        with socket.create_connection((node.host, node.port)) as stranger:
            stranger.sendall(os.urandom(512))
    for _ in range(100):
        client.summary(prefixes=["soak."])
    if round_number % 2:
        with grpc.insecure_channel(node.target) as channel:
            channel.unary_unary("/telemetry.TelemetryService/Summary")(b"", timeout=60)


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--minutes", type=float, default=5)
    end = time.monotonic() + options.parse_args().minutes * 60
    messages = schema.telemetry()
    with Node() as node, grpc.insecure_channel(node.target) as channel:
        client = Telemetry(channel, messages)
        base = rounds = descriptors = 0
        while time.monotonic() < end or rounds <= WARM_UP_ROUNDS:
            for flags in ({}, {"connections": 8, "streams": 4}, {"messages_per_frame": 1}):
                generate(node, points=2_000_000, acks=20, summaries=20, **flags)
            disturb(node, client, rounds)
            rounds += 1
            if rounds == 1:  # Some are opened once, when first needed.
                descriptors = until(node.descriptors)
            until(lambda: node.descriptors() <= descriptors)
            size = resident_bytes(node.pid)
            base = max(base, size) if rounds <= WARM_UP_ROUNDS else base
            print(f"round {rounds}: {size / 1e6:.1f} MB, {node.descriptors()} descriptors",
                  flush=True)
            if size > base + GROWTH_BYTES_MAX:
                print(f"FAILED: grew from {base / 1e6:.1f} to {size / 1e6:.1f} MB")
                return 1
        status = node.stop()
    if status != 0:
        print(f"FAILED: the node ended with {status}")
        return 1
    print(f"{rounds} rounds: memory and descriptors stayed")
    return 0


if __name__ == "__main__":
    sys.exit(main())
