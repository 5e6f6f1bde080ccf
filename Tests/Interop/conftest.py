# SPDX-License-Identifier: Apache-2.0
"""What the tests share: one node, one interop server, channels to them, the schemas."""

import itertools
import sys
from pathlib import Path

import grpc
import pytest
import schema
from node import InteropServer, Node
from telemetry import Telemetry

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "HTTP2"))

_names = itertools.count()


@pytest.fixture(scope="session")
def node():
    with Node() as started:
        yield started
        assert started.stop() == 0, f"the node survives all tests: {started.stderr()[-2000:]}"


@pytest.fixture(scope="session")
def telemetry_schema():
    return schema.telemetry()


@pytest.fixture
def open_channel():
    """Opens channels that are closed after the test."""
    opened = []

    def make(target: str, *options) -> grpc.Channel:
        unlimited = [("grpc.max_receive_message_length", -1), ("grpc.enable_http_proxy", 0)]
        opened.append(grpc.insecure_channel(target, options=[*unlimited, *options]))
        return opened[-1]

    yield make
    for channel in opened:
        channel.close()


@pytest.fixture
def telemetry(node, open_channel, telemetry_schema):
    return Telemetry(open_channel(node.target), telemetry_schema)


@pytest.fixture
def start(open_channel, telemetry_schema):
    """Starts further nodes with flags of their own; gives (node, client)."""
    started = []

    def make(*flags: str):
        started.append(Node(*flags))
        return started[-1], Telemetry(open_channel(started[-1].target), telemetry_schema)

    yield make
    for one in started:
        one.stop()


@pytest.fixture
def prefix():
    """The beginning of metric names that no other test uses."""
    return f"t{next(_names)}."


@pytest.fixture(scope="session")
def interop():
    with InteropServer() as started:
        yield started


@pytest.fixture(scope="session")
def testing():
    return schema.testing()
