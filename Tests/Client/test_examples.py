# SPDX-License-Identifier: Apache-2.0
"""The programs of Examples do what they say."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import PACKAGE, ROOT

# What each prints, the metric that it records, and how many points of it.
PROGRAMS = {
    "hello": ("acknowledged: 1\n", "room.temperature", 1),
    "http_requests": ("left over: nothing\n", "http.requests", 1000),
    "failover": ("connections: 1\n", "failover.example", 1),
}


def count(node, metric: str) -> int:
    report = node.client.summary(prefixes=[metric])
    rows = [*report.metrics.values(), *(one.summary for one in report.series)]
    return sum(one.count for one in rows)


def swift(program: str) -> list[str]:
    """EXAMPLES_BIN is the folder of the built ones."""
    folder = os.environ.get("EXAMPLES_BIN", ROOT / ".build" / "examples" / "debug")
    name = "".join(word.capitalize() for word in program.split("_"))
    return [str(Path(folder) / name)]


def python(program: str) -> list[str]:
    return [sys.executable, str(ROOT / "Examples" / "python" / f"{program}.py")]


@pytest.mark.parametrize("language", [swift, python])
@pytest.mark.parametrize("program", PROGRAMS)
def test_an_example_does_what_it_says(node, program, language):
    text, metric, points = PROGRAMS[program]
    before = count(node, metric)
    done = subprocess.run(
        [*language(program), node.target], capture_output=True, text=True, timeout=60,
        env={**os.environ, "PYTHONPATH": str(PACKAGE)})
    # Of an endpoint that is away, Python's log may tell.
    assert (done.returncode, done.stdout) == (0, text), done.stderr
    assert count(node, metric) == before + points
