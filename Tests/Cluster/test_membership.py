# SPDX-License-Identifier: Apache-2.0
"""Nodes that come and go while clients push: totals stay exact all along."""

import threading

import grpc
from balancers import Nginx
from cluster import Cluster, ClusterNode
from points import Account, Pushers
from sources import DNS, Etcd, free_ports
from telemetry import until


class Watcher:
    """Asks a node again and again; a count may only grow, and never beyond what was sent."""

    def __init__(self, node: ClusterNode, prefix: str, account: Account, ahead: int):
        self.node, self.prefix, self.account, self.ahead = node, prefix, account, ahead
        self.stopping = threading.Event()
        self.problems: list[str] = []
        self.answers = 0
        self.thread = threading.Thread(target=self._run)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.stopping.set()
        self.thread.join(60)
        assert not self.problems and self.answers > 0, self.problems

    def _run(self) -> None:
        try:
            while not self.stopping.is_set():
                # What was acked before the question is in the answer, if that is complete.
                floor = self.account.received - self.account.hinted
                report = self.node.client.summary(prefixes=[self.prefix])
                found = sum(one.count for one in report.metrics.values())
                ceiling = self.account.sent + self.ahead
                if found > ceiling or report.coverage.complete and found < floor:
                    self.problems.append(f"{found} points, of {floor} to {ceiling}")
                self.answers += 1
        except grpc.RpcError as error:
            self.problems.append(str(error))


def assert_exact(cluster: Cluster, prefix: str, account: Account) -> None:
    assert (account.rejected, account.unsure, account.failures) == (0, 0, {})
    cluster.await_totals(prefix, account.received)
    cluster.assert_ledgers()


def test_a_node_that_joins_takes_its_share_and_loses_nothing(start_cluster, schema, prefix):
    with start_cluster() as cluster:
        with Pushers(schema, cluster.targets, prefix) as pushers, Watcher(
                cluster["a"], prefix, pushers.account, 3 * 500):
            until(lambda: pushers.streams() > 10)
            cluster.start("d")
            cluster.await_epochs({"a", "b", "c", "d"})
            streams = pushers.streams()
            until(lambda: pushers.streams() > streams + 30)
        assert 0.8 * 256 < cluster["d"].status().partitions < 1.2 * 256
        assert_exact(cluster, prefix, pushers.account)
        assert cluster["d"].client.summary(prefixes=[prefix], local=True).metrics


def test_a_node_that_is_taken_out_still_answers_for_what_it_has(start_cluster, schema, prefix):
    with start_cluster() as cluster:
        with Pushers(schema, [cluster["a"].target, cluster["b"].target], prefix) as pushers:
            until(lambda: pushers.streams() > 10)
            former = cluster.forget("c")
            try:
                cluster.await_epochs({"a", "b"})
                streams = pushers.streams()
                until(lambda: pushers.streams() > streams + 20)
                pushers.stopping.set()
                for thread in pushers.threads:
                    thread.join()
                assert_exact(cluster, prefix, pushers.account)
                roles = {one.id: one.role for one in cluster["a"].status().members}
                assert roles["c"] == "former"
            finally:
                former.stop()


def test_a_drained_node_hands_over_and_is_not_missed(start_cluster, schema, prefix):
    with start_cluster() as cluster, Nginx(cluster.targets) as nginx:
        with Pushers(schema, [nginx.target] * 2, prefix) as pushers, Watcher(
                cluster["a"], prefix, pushers.account, 2 * 500):
            until(lambda: pushers.streams() > 20)
            leaving = cluster["c"]
            steps = leaving.drain()
            assert steps[-1].done and steps[-1].series_handed_over > 0
            assert leaving.wait() == 0, leaving.stderr()
            cluster.forget("c").stop()
            cluster.await_epochs({"a", "b"})
            streams = pushers.streams()
            until(lambda: pushers.streams() > streams + 20)
        account = pushers.account
        # Streams at the leaving node end with their accounts; nothing that it took is lost.
        assert account.unsure == 0, account.failures
        cluster.await_totals(prefix, account.received)
        for node in cluster:
            assert node.client.summary(prefixes=[prefix], strict=True).coverage.complete
        cluster.assert_ledgers()


def test_a_rolling_restart_of_drained_nodes_loses_nothing(start_cluster, schema, prefix):
    """What a life has handed over counts, also when its node lives again."""
    with start_cluster() as cluster:
        cluster["a"].client.push([(f"{prefix}{index}", 1.0) for index in range(300)])
        for one in ("c", "b", "a"):
            assert cluster[one].drain()[-1].done
            assert cluster[one].wait() == 0, cluster[one].stderr()
            cluster.restart(one)
            cluster.await_links()
            cluster.await_totals(prefix, 300)
            for node in cluster:
                report = node.client.summary(prefixes=[prefix], strict=True)
                assert len(report.metrics) == 300


def test_nodes_find_each_other_by_dns(schema, prefix):
    ids = ["a", "b", "c"]
    ports = dict(zip(ids, free_ports(3)))
    with DNS("nodes.test", ports) as dns:
        flags = ["--cluster", "test", "--peers-dns", "srv:nodes.test", "--dns-server", dns.target,
                 "--peers-dns-interval", "1s"]
        nodes = [ClusterNode(one, schema, flags, peer_listen=f"127.0.0.1:{ports[one]}")
                 for one in ids]
        check(nodes, prefix)
        dns.stop()
        # The last good answer stays.
        for node in nodes:
            assert {one.id for one in node.status().members if one.role == "member"} == set(ids)
        for node in nodes:
            assert node.stop() == 0


def test_nodes_find_each_other_by_etcd(schema, prefix):
    with Etcd() as etcd:
        flags = ["--cluster", "test", "--etcd", etcd.target, "--etcd-lease", "5s"]
        nodes = [ClusterNode(one, schema, flags) for one in ("a", "b", "c")]
        check(nodes, prefix)
        etcd.stop()
        ack = nodes[0].client.push([(f"{prefix}{number}", 1.0) for number in range(300)])
        assert (ack.points_received, ack.points_hinted) == (300, 0), "etcd is not in the way"
        for node in nodes:
            assert node.stop() == 0


def check(nodes: list[ClusterNode], prefix: str) -> None:
    """Three nodes that found each other take points and answer for all."""
    ids = {node.id for node in nodes}
    for node in nodes:
        until(lambda node=node: {
            link.peer_id for link in node.status().links if link.state == "live"}
            == ids - {node.id})
    ack = nodes[0].client.push([(f"{prefix}{number}", 1.0) for number in range(300)])
    assert (ack.points_received, ack.points_hinted) == (300, 0)
    for node in nodes:
        report = node.client.summary(prefixes=[prefix], strict=True)
        assert sum(one.count for one in report.metrics.values()) == 300
