# SPDX-License-Identifier: Apache-2.0
"""What the benchmarks read: the load generator's result, and /proc."""

import json
import resource
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "Tests" / "Interop"))

from node import program  # noqa: E402


def allow_descriptors() -> int:
    """Lets this process and its children open as many as the system permits."""
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    return hard


def generate(server, **flags) -> dict:
    """Runs `tributary bench` against a server of this machine; its result."""
    command = [program("tributary"), "bench", "--target", server.target, "--format", "json",
               "--server-pid", str(server.pid)]
    for name, value in flags.items():
        command += ["--" + name.replace("_", "-"), str(value)]
    ended = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False)
    if not ended.stdout:
        raise RuntimeError(f"{' '.join(command)}: {ended.stderr.decode()}")
    result = json.loads(ended.stdout)
    if result["points_rejected"]:
        raise RuntimeError(f"{result['points_rejected']} points were rejected")
    return result


def resident_bytes(pid: int) -> int:
    with open(f"/proc/{pid}/status", encoding="ascii") as lines:
        for line in lines:
            if line.startswith("VmRSS:"):
                return int(line.split()[1]) * 1024
    raise RuntimeError(f"process {pid} has no resident size")


def push(server, lines) -> None:
    """Pushes lines `name value time` with `tributary push`."""
    command = [program("tributary"), "push", "--target", server.target]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL,
                          stderr=subprocess.PIPE, text=True) as child:
        for line in lines:
            child.stdin.write(line)
        child.stdin.close()
        errors = child.stderr.read()
    if child.returncode != 0:
        raise RuntimeError(f"push ended with {child.returncode}: {errors}")


def table(rows: list[list[str]]) -> str:
    """A Markdown table; the first row is its head."""
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    rows = [rows[0], ["-" * width for width in widths], *rows[1:]]
    return "\n".join(
        "| " + " | ".join(cell.ljust(width) for cell, width in zip(row, widths)) + " |"
        for row in rows)
