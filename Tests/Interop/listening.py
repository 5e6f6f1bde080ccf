# SPDX-License-Identifier: Apache-2.0
"""Which TCP port a process listens on, for servers that choose one and do not say."""

import os
import time


def _sockets(pid: int) -> set[str]:
    found = set()
    for fd in os.listdir(f"/proc/{pid}/fd"):
        try:
            target = os.readlink(f"/proc/{pid}/fd/{fd}")
        except FileNotFoundError:
            continue
        if target.startswith("socket:["):
            found.add(target[8:-1])
    return found


def _listening(pid: int) -> list[int]:
    inodes, ports = _sockets(pid), []
    for table in ("tcp", "tcp6"):
        with open(f"/proc/{pid}/net/{table}", encoding="ascii") as lines:
            for fields in (line.split() for line in lines):
                if fields[3] == "0A" and fields[9] in inodes:
                    ports.append(int(fields[1].rsplit(":", 1)[1], 16))
    return ports


def await_port(process, seconds: float = 20) -> int:
    """The port of a `subprocess.Popen`, as soon as it listens."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise RuntimeError(f"{process.args[0]} ended with {process.returncode}")
        ports = _listening(process.pid)
        if ports:
            return ports[0]
        time.sleep(0.01)
    raise RuntimeError(f"{process.args[0]} did not listen within {seconds} s")
