# SPDX-License-Identifier: Apache-2.0
"""nginx and HAProxy with the files of deploy/, on other addresses."""

import os
import re
import socket
import tempfile
from pathlib import Path

from node import ROOT, Child

FIRST_DESCRIPTOR = 3


class Balancer(Child):
    """A balancer that was given its listening socket: it is reached as soon as it is there."""

    def __init__(self, targets: list[str]):
        self.folder = tempfile.TemporaryDirectory()
        os.chmod(self.folder.name, 0o755)
        listener = socket.create_server(("127.0.0.1", 0), backlog=1024)
        self.target = f"127.0.0.1:{listener.getsockname()[1]}"
        listener.set_inheritable(True)
        # nginx supposes so of a socket that it takes over, and would wait in accept(2).
        listener.setblocking(False)
        try:
            super().__init__(self.command(targets, listener.fileno()),
                             pass_fds=[listener.fileno()], env=self.environment(listener.fileno()))
        finally:
            listener.close()

    def write(self, name: str, servers: str, targets: list[str], changes: dict[str, str]) -> str:
        """The file of deploy/ with other servers, and other texts; its path."""
        text = (ROOT / "deploy" / name).read_text(encoding="utf-8")
        chosen = iter(targets)
        text, count = re.subn(
            servers, lambda match: match[1] + next(chosen) + match[2], text, flags=re.MULTILINE)
        assert count == len(targets), f"{name} has {count} servers"
        for pattern, replacement in changes.items():
            text, count = re.subn(pattern, replacement, text)
            assert count == 1, f"{pattern} stands {count} times in {name}"
        path = Path(self.folder.name) / name
        path.write_text(text, encoding="utf-8")
        return str(path)

    def environment(self, descriptor: int) -> dict[str, str]:
        return dict(os.environ)

    def __exit__(self, *_):
        self.stop()
        self.folder.cleanup()


class Nginx(Balancer):
    def command(self, targets: list[str], descriptor: int) -> list[str]:
        path = self.write(
            "nginx.conf", r"^(\s+server )\S+( .*;)$", targets,
            {r"listen \S+ http2;": f"listen {self.target} http2;"})
        return ["nginx", "-e", "stderr", "-p", self.folder.name, "-c", path, "-g",
                f"daemon off; pid {self.folder.name}/nginx.pid;"]

    def environment(self, descriptor: int) -> dict[str, str]:
        # As if from a predecessor: nginx takes over a socket of the address that it listens on.
        return {**os.environ, "NGINX": f"{descriptor};"}


class HAProxy(Balancer):
    def command(self, targets: list[str], descriptor: int) -> list[str]:
        path = self.write(
            "haproxy.cfg", r"^(\s+server \w+ )\S+()$", targets,
            {r"bind \S+ proto h2": f"bind fd@{descriptor} proto h2"})
        return ["haproxy", "-db", "-f", path]


BALANCERS = {"nginx": Nginx, "haproxy": HAProxy}
