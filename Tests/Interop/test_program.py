# SPDX-License-Identifier: Apache-2.0
"""The commands of `tributary` against a node, as a person or a script runs them."""

import csv
import io
import json
import subprocess
import time

import pytest
from node import program

COMMANDS = ["serve", "push", "summary", "watch", "agent", "bench"]


def run(*arguments: str, text: str = "", seconds: float = 60) -> subprocess.CompletedProcess:
    return subprocess.run(
        [program("tributary"), *arguments], input=text, capture_output=True, text=True,
        timeout=seconds, check=False)


@pytest.fixture
def at(node):
    """Runs a command against the shared node."""
    return lambda command, *more, text="": run(command, "--target", node.target, *more, text=text)


def test_lines_go_in_and_statistics_come_out(at, prefix):
    now = int(time.time())
    pushed = at("push", text=f"{prefix}a 1.5\n{prefix}a -2 {now}\n\n{prefix}b 1e3\n")
    assert (pushed.returncode, pushed.stderr) == (0, "")
    assert "received 3" in pushed.stdout
    asked = at("summary", "--prefix", prefix, "--format", "json")
    assert asked.returncode == 0
    metrics = json.loads(asked.stdout)["metrics"]
    one = metrics[prefix + "a"]
    assert {name: one[name] for name in ("count", "sum", "avg", "min", "max", "last")} == {
        "count": 2, "sum": -0.5, "avg": -0.25, "min": -2, "max": 1.5, "last": -2}
    assert list(metrics) == [prefix + "a", prefix + "b"]


def test_a_table_is_for_people_and_csv_for_programs(at, prefix):
    at("push", text=f"{prefix}\"q,\" 2\n")
    table = at("summary", "--prefix", prefix).stdout
    assert f'{prefix}"q,"' in table and "COUNT" in table
    rows = list(csv.DictReader(io.StringIO(
        at("summary", "--prefix", prefix, "--format", "csv").stdout)))
    assert [(row["name"], row["count"], float(row["sum"])) for row in rows] == [
        (prefix + '"q,"', "1", 2.0)]


def test_a_bad_line_is_named_and_ends_the_push(at, prefix, tmp_path):
    file = tmp_path / "points.txt"
    file.write_text(f"{prefix}a 1\n{prefix}a one\n{prefix}a 3\n")
    pushed = at("push", str(file))
    assert pushed.returncode == 1
    assert f"{file}:2:" in pushed.stderr
    assert "received 1" in pushed.stdout + pushed.stderr


def test_bad_lines_can_be_skipped(at, prefix):
    pushed = at("push", "--skip-bad", text=f"{prefix}a 1\nnonsense\n{prefix}a 3\n")
    assert "received 2" in pushed.stdout
    assert ":2:" in pushed.stderr


def test_rejected_points_are_told_with_their_line(at, prefix):
    pushed = at("push", text=f"{prefix}a 1\n{prefix}a 1 5\n")
    assert pushed.returncode == 1
    assert "received 1, rejected 1" in pushed.stdout + pushed.stderr
    assert "TIME_TOO_OLD" in pushed.stdout + pushed.stderr


def test_the_agent_sends_this_machines_figures(at, prefix):
    assert at("agent", "--once", "--interval", "100ms", "--prefix", prefix).returncode == 0
    metrics = json.loads(at("summary", "--prefix", prefix, "--format", "json").stdout)["metrics"]
    for part in ("cpu", "mem", "load"):
        assert any(part in name for name in metrics), f"{part} in {sorted(metrics)}"


def test_watch_shows_the_series_and_ends(at, prefix):
    at("push", text=f"{prefix}a 1\n")
    seen = at("watch", "--count", "2", "--interval", "100ms", "--prefix", prefix)
    assert seen.returncode == 0 and prefix + "a" in seen.stdout


def test_watch_shows_what_its_selectors_choose(at, prefix):
    at("push", text=f'{prefix}a{{host="x"}} 1\n{prefix}a{{host="y"}} 1\n')
    seen = at("watch", "--count", "1", f'{prefix}a{{host="x"}}')
    assert seen.returncode == 0 and 'host="x"' in seen.stdout and 'host="y"' not in seen.stdout


def test_bench_measures(node, at):
    done = at("bench", "--points", "20000", "--warm-up-points", "1000", "--metrics", "50",
              "--connections", "2", "--acks", "5", "--summaries", "5", "--format", "json")
    assert done.returncode == 0, done.stderr
    result = json.loads(done.stdout)
    assert result["points_received"] == 20000
    assert result["points_per_second"] > 0 and "server_cpu_seconds_per_million" in result
    assert result["summary_seconds"]["count"] == 5


def test_nobody_there_is_one_line_and_status_1():
    asked = run("summary", "--target", "127.0.0.1:1")
    assert asked.returncode == 1
    assert len(asked.stderr.splitlines()) == 1 and "127.0.0.1:1" in asked.stderr


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_explains_itself(command):
    told = run(command, "--help")
    assert told.returncode == 0 and "--" in told.stdout and told.stderr == ""


def test_the_program_tells_its_version_and_commands():
    assert run("--version").stdout.startswith("tributary ")
    overview = run("--help").stdout
    assert all(command in overview for command in COMMANDS)


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_is_printed(shell):
    told = run("completion", shell)
    assert told.returncode == 0 and "tributary" in told.stdout


def test_an_unknown_command_is_one_line_and_status_2():
    told = run("sumary")
    assert told.returncode == 2
    assert len(told.stderr.splitlines()) == 1 and "summary" in told.stderr
