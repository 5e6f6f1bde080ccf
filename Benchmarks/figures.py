# SPDX-License-Identifier: Apache-2.0
"""What the benchmarks read: the load generator's result, and /proc."""

import json
import os
import resource
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "Tests" / "Interop"))

from node import program  # noqa: E402


class Goals:
    """Figures beside their goals, in the order in which they were measured."""

    def __init__(self):
        self.rows = [["what", "goal", "figure", "met"]]

    def at_most(self, what: str, goal: float, figure: float, unit: str) -> None:
        self._add(what, f"<= {goal:g} {unit}", f"{figure:.3g} {unit}", figure <= goal)

    def at_least(self, what: str, goal: float, figure: float, unit: str) -> None:
        self._add(what, f">= {goal:g} {unit}", f"{figure:.3g} {unit}", figure >= goal)

    def note(self, what: str, figure: str) -> None:
        self.rows.append([what, "", figure, ""])

    def _add(self, what: str, goal: str, figure: str, met: bool) -> None:
        self.rows.append([what, goal, figure, "yes" if met else "NO"])
        print(f"  {what}: {figure} (goal {goal})", flush=True)


def allow_descriptors() -> int:
    """Lets this process and its children open as many as the system permits."""
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    return hard


def generate(server, **flags) -> dict:
    """Runs `tributary bench` against a server of this machine; its result. A flag with a list of
    values is given once for each."""
    command = [program("tributary"), "bench", "--target", server.target, "--format", "json",
               "--server-pid", str(server.pid)]
    for name, value in flags.items():
        for one in value if isinstance(value, list) else [value]:
            command += ["--" + name.replace("_", "-"), str(one)]
    ended = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False)
    if not ended.stdout:
        raise RuntimeError(f"{' '.join(command)}: {ended.stderr.decode()}")
    result = json.loads(ended.stdout)
    if result["points_rejected"]:
        raise RuntimeError(f"{result['points_rejected']} points were rejected")
    return result


def cpu_seconds(pid: int) -> float:
    """User and system time of a process, in steps of a clock tick."""
    with open(f"/proc/{pid}/stat", encoding="ascii", errors="replace") as stat:
        fields = stat.read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


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
