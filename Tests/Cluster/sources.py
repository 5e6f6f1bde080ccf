# SPDX-License-Identifier: Apache-2.0
"""Who tells nodes of each other, for real: dnsmasq and etcd on ports of their own."""

import socket
import tempfile
from pathlib import Path

from listening import await_port
from node import Child


def free_ports(count: int) -> list[int]:
    """Ports that nobody has now, for servers that cannot be handed a socket."""
    held = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [one.getsockname()[1] for one in held]
    for one in held:
        one.close()
    return ports


class DNS(Child):
    """dnsmasq that knows one service: SRV records and the addresses of their targets."""

    def __init__(self, name: str, nodes: dict[str, int]):
        self.folder = tempfile.TemporaryDirectory()
        [self.port] = free_ports(1)
        self.target = f"127.0.0.1:{self.port}"
        records = []
        for node_id, port in nodes.items():
            records += [f"--srv-host={name},{node_id}.{name},{port}",
                        f"--host-record={node_id}.{name},127.0.0.1"]
        super().__init__([
            "dnsmasq", "--keep-in-foreground", "--conf-file=/dev/null", "--no-resolv",
            "--no-hosts", "--listen-address=127.0.0.1", "--bind-interfaces",
            f"--port={self.port}", "--pid-file=", "--local-ttl=1", f"--local=/{name}/", *records])
        await_port(self.process)


class Etcd(Child):
    """One etcd, empty."""

    def __init__(self):
        self.folder = tempfile.TemporaryDirectory()
        clients, peers = free_ports(2)
        self.target = f"127.0.0.1:{clients}"
        super().__init__([
            "etcd", "--data-dir", str(Path(self.folder.name) / "data"), "--log-level", "error",
            "--listen-client-urls", f"http://{self.target}",
            "--advertise-client-urls", f"http://{self.target}",
            "--listen-peer-urls", f"http://127.0.0.1:{peers}",
            "--initial-advertise-peer-urls", f"http://127.0.0.1:{peers}",
            "--initial-cluster", f"default=http://127.0.0.1:{peers}"])
        await_port(self.process)
