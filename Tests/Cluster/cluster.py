# SPDX-License-Identifier: Apache-2.0
"""Nodes of one cluster as child processes, on ports that the system chose."""

import os
import signal
import tempfile
from pathlib import Path

import grpc
from node import Server, program
from telemetry import SECONDS, Telemetry, until

STATUS = "/telemetry.ClusterService/Status"
LOCATE = "/telemetry.ClusterService/Locate"
DRAIN = "/telemetry.ClusterService/Drain"
UNLIMITED = [
    ("grpc.max_receive_message_length", -1), ("grpc.enable_http_proxy", 0),
    ("grpc.use_local_subchannel_pool", 1), ("grpc.max_reconnect_backoff_ms", 500)]


def channel(target: str) -> grpc.Channel:
    """A connection of its own."""
    return grpc.insecure_channel(target, options=UNLIMITED)


class ClusterNode(Server):
    """`tributary serve` as a node of a cluster, ready, with a client of its own."""

    def __init__(self, node_id: str, schema, flags: list[str], listen: str = "127.0.0.1:0",
                 peer_listen: str = "127.0.0.1:0", prefix: list[str] = ()):
        self.channel = None
        super().__init__([
            *prefix, program("tributary"), "serve", "--node-id", node_id, "--listen", listen,
            "--peer-listen", peer_listen, *flags])
        self.id = node_id
        words = dict(word.split("=", 1) for word in self.ready.split()[1:])
        self.peer = words["peer"]
        self.channel = channel(self.target)
        self.client = Telemetry(self.channel, schema)
        self._status = self._unary(STATUS, schema, "ClusterStatus")
        self._locate = self._unary(LOCATE, schema, "LocateReply")
        self._schema = schema

    def _unary(self, path: str, schema, answer: str):
        return self.channel.unary_unary(
            path, request_serializer=lambda message: message.SerializeToString(),
            response_deserializer=schema(answer).FromString)

    def status(self, local: bool = True):
        """The node's account of itself, or of all nodes."""
        request = self._schema("ClusterStatusRequest")(local=local)
        answer = self._status(request, timeout=SECONDS, wait_for_ready=True)
        return answer.nodes[0] if local else answer

    def owners(self, names: list[str]) -> list[str]:
        request = self._schema("LocateRequest")(metrics=names)
        return [one.owner for one in self._locate(request, timeout=SECONDS).locations]

    def drain(self) -> list:
        """Has the node leave for good; what it says of its progress."""
        call = self.channel.unary_stream(
            DRAIN, request_serializer=lambda message: message.SerializeToString(),
            response_deserializer=self._schema("DrainProgress").FromString)
        return list(call(self._schema("DrainRequest")(), timeout=SECONDS))

    def pause(self) -> None:
        self.send(signal.SIGSTOP)

    def resume(self) -> None:
        self.send(signal.SIGCONT)

    def kill(self) -> None:
        self.stop(signal.SIGKILL)

    def stop(self, number=signal.SIGTERM) -> int:
        if self.process.poll() is None:
            self.resume()
        status = super().stop(number)
        if self.channel:
            self.channel.close()
        return status


class Cluster:
    """Nodes that learn of each other from one file, which is written when all of them listen."""

    def __init__(self, schema, *flags: str, ids=("a", "b", "c"), cluster: str = "test"):
        self.schema, self.cluster = schema, cluster
        self.folder = tempfile.TemporaryDirectory()
        self.peers_file = Path(self.folder.name) / "peers"
        self.flags = ["--cluster", cluster, "--peers-file", str(self.peers_file), *flags]
        self.nodes: dict[str, ClusterNode] = {}
        # More lines of the file: nodes that are none of ours.
        self.others: dict[str, str] = {}
        try:
            self.write_peers()
            for node_id in ids:
                self.start(node_id, joins=False)
            self.write_peers()
            if len(ids) > 1:
                self.await_links()
        except BaseException as problem:
            self.__exit__(type(problem))
            raise

    def __enter__(self):
        return self

    def __exit__(self, kind, *_):
        for node in self.nodes.values():
            if kind is not None:
                print(f"--- {node.id}\n{node.stderr()[:8000]}")
            node.stop()
        self.folder.cleanup()

    def __getitem__(self, node_id: str) -> ClusterNode:
        return self.nodes[node_id]

    def __iter__(self):
        return iter(self.nodes.values())

    @property
    def targets(self) -> list[str]:
        return [node.target for node in self]

    # MARK: Nodes

    def start(self, node_id: str, *flags: str, joins: bool = True, **options) -> ClusterNode:
        """Starts a node; `joins` writes it into the file."""
        self.nodes[node_id] = ClusterNode(
            node_id, self.schema, [*self.flags, *flags], **options)
        if joins:
            self.write_peers()
        return self.nodes[node_id]

    def restart(self, node_id: str) -> ClusterNode:
        """Starts a node that has ended, where it was."""
        before = self.nodes[node_id]
        return self.start(
            node_id, joins=False, listen=before.target, peer_listen=before.peer)

    def forget(self, node_id: str) -> ClusterNode:
        """Takes a node out of the file. It goes on."""
        node = self.nodes.pop(node_id)
        self.write_peers()
        return node

    def write_peers(self) -> None:
        """Writes the file anew, at once for who reads it."""
        peers = {node.id: node.peer for node in self} | self.others
        text = "".join(f"{node_id}={address}\n" for node_id, address in peers.items())
        fresh = self.peers_file.with_suffix(".new")
        fresh.write_text(text, encoding="ascii")
        os.replace(fresh, self.peers_file)

    # MARK: Waiting

    def await_links(self, among=None, seconds: float = SECONDS) -> None:
        """Until each node (of the named ones) has live links to all others of them, and to those
        only, and none keeps points for another."""
        ids = set(among or self.nodes)
        until(lambda: all(self._is_linked(self[node_id], ids) for node_id in ids), seconds)

    def _is_linked(self, node: ClusterNode, ids: set[str]) -> bool:
        status = node.status()
        members = {one.id for one in status.members if one.role == "member"}
        live = {link.peer_id for link in status.links
                if link.state == "live" and link.points_hinted == 0}
        return members >= ids and live >= ids - {node.id}

    def await_epochs(self, members: set[str], seconds: float = SECONDS) -> None:
        """Until all nodes have exactly these members."""
        until(lambda: all(
            {one.id for one in node.status().members if one.role == "member"} == members
            for node in self), seconds)

    def await_totals(self, prefix: str, count: int, seconds: float = SECONDS) -> None:
        """Until every node tells exactly so many points, completely. Never more."""
        def told(node: ClusterNode) -> bool:
            report = node.client.summary(prefixes=[prefix])
            found = sum(one.count for one in report.metrics.values())
            assert found <= count, f"{node.id}: {found} of {count} points"
            return found == count and report.coverage.complete

        for node in self:
            until(lambda node=node: told(node), seconds)

    def assert_ledgers(self) -> None:
        """Every node's counters add up, once nothing is under way."""
        for node in self:
            ledger = until(lambda node=node: self._resting(node))
            sum_ = (ledger.applied + ledger.forwarded + ledger.hinted + ledger.in_flight
                    + ledger.rejected + ledger.given_up + ledger.repeated_points)
            assert (ledger.received - sum_, ledger.imbalance) == (0, 0), f"{node.id}: {ledger}"

    @staticmethod
    def _resting(node: ClusterNode):
        ledger = node.status().ledger
        return ledger if ledger.in_flight == 0 else None
