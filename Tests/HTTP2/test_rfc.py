# SPDX-License-Identifier: Apache-2.0
"""Runs every registered case on a connection of its own; the server must then still serve."""

import frames
import hpack_rules
import messages
import ordinary
import pytest
import streams
from wire import Connection

CASES = [*ordinary.CASES, *frames.CASES, *streams.CASES, *messages.CASES, *hpack_rules.CASES]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_case(case, address, connection):
    if case.handshake:
        connection.handshake(*case.settings)
    case.run(connection)
    fresh = Connection(address).handshake()
    fresh.expect_alive()
    fresh.close()


def test_names_are_unique():
    sections = [case.section for case in CASES]
    assert len(sections) == len(set(sections))
