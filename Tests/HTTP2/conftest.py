# SPDX-License-Identifier: Apache-2.0
"""The server under test: HTTP2_TARGET=HOST:PORT, or a `tributary serve` started here."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from wire import Connection

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "Tests" / "Interop"))


@pytest.fixture(scope="session")
def address():
    named = os.environ.get("HTTP2_TARGET")
    if named:
        host, port = named.rsplit(":", 1)
        yield host, int(port)
        return
    from node import Node

    with Node() as node:
        yield node.host, node.port
        assert node.stop(signal.SIGTERM) == 0, "the node survives the whole suite"


@pytest.fixture
def connection(address):
    made = Connection(address)
    yield made
    made.close()
