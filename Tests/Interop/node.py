# SPDX-License-Identifier: Apache-2.0
"""The programs under test as child processes: started on free ports, ended by id."""

import os
import queue
import signal
import subprocess
import tempfile
import threading
from pathlib import Path

from listening import await_port

ROOT = Path(__file__).resolve().parents[2]
READY_SECONDS = 30


def program(name: str) -> str:
    """TRIBUTARY_BIN (a folder), or the newest build of the package."""
    folders = [ROOT / ".build" / mode for mode in ("release", "debug")]
    if "TRIBUTARY_BIN" in os.environ:
        folders = [Path(os.environ["TRIBUTARY_BIN"])]
    built = [folder / name for folder in folders if (folder / name).exists()]
    if not built:
        raise FileNotFoundError(f"{name} is not built: swift build --product {name}")
    return str(max(built, key=lambda path: path.stat().st_mtime))


class Child:
    """A process whose standard error is kept."""

    def __init__(self, command: list[str], stdout=subprocess.DEVNULL, **options):
        self.errors = tempfile.TemporaryFile()
        self.process = subprocess.Popen(
            command, stdout=stdout, stderr=self.errors, **options)

    @property
    def pid(self) -> int:
        return self.process.pid

    def stderr(self) -> str:
        self.errors.seek(0)
        return self.errors.read().decode(errors="replace")

    def send(self, number=signal.SIGTERM) -> None:
        self.process.send_signal(number)

    def wait(self, seconds: float = 30) -> int:
        return self.process.wait(seconds)

    def stop(self, number=signal.SIGTERM) -> int:
        """Ends the process and tells its exit status."""
        if self.process.poll() is None:
            self.send(number)
            try:
                self.wait()
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.wait()
        return self.process.returncode

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()


class Server(Child):
    """A process that prints `ready grpc=HOST:PORT` when it is."""

    def __init__(self, command: list[str]):
        super().__init__(command, stdout=subprocess.PIPE)
        self.ready = self._first_line()
        if not self.ready.startswith("ready grpc="):
            status = self.stop()
            raise RuntimeError(f"no ready line but {self.ready!r}, {status}: {self.stderr()}")
        self.target = self.ready.split()[1].removeprefix("grpc=")
        self.host, port = self.target.rsplit(":", 1)
        self.port = int(port)

    def _first_line(self) -> str:
        lines: queue.Queue[str] = queue.Queue()

        def read():
            lines.put(self.process.stdout.readline().decode().rstrip("\n"))

        threading.Thread(target=read, daemon=True).start()
        try:
            return lines.get(timeout=READY_SECONDS)
        except queue.Empty:
            return ""

    def descriptors(self) -> int:
        return len(os.listdir(f"/proc/{self.pid}/fd"))


class Node(Server):
    """`tributary serve` on a free port, ready."""

    def __init__(self, *flags: str):
        super().__init__([program("tributary"), "serve", "--listen", "127.0.0.1:0", *flags])


class InteropServer(Child):
    """`interop-server` on a free port."""

    def __init__(self):
        super().__init__([program("interop-server"), "--port=0"])
        self.host, self.port = "127.0.0.1", await_port(self.process)
        self.target = f"{self.host}:{self.port}"
