# SPDX-License-Identifier: Apache-2.0
"""Batches count once, whichever nodes they come to, however often."""

import threading
import time

from balancers import Nginx
from batches import BatchClient, encode, push_batches
from points import Expected, random_points
from telemetry import until


def owned(cluster, asked: str, owners: str, prefix: str, count: int) -> list[str]:
    """Names that belong to the given nodes."""
    names = [f"{prefix}{number}" for number in range(count * 8)]
    found = cluster[asked].owners(names)
    return [name for name, owner in zip(names, found) if owner in owners][:count]


def exact(cluster, prefix: str, expected: Expected, node: str = "a") -> None:
    """The whole report says what was sent, no point more or less."""
    wanted = sum(expected.counts.values())
    found = []

    def settled():
        report = cluster[node].client.summary(prefixes=[prefix])
        count = sum(one.count for one in report.metrics.values())
        assert count <= wanted, f"{count} points of {wanted}"
        found.append((count, wanted, report.coverage.complete))
        return report.coverage.complete and count == wanted and report

    try:
        report = until(settled)
    except AssertionError:
        print("found", found[-1:], [str(one.status().ledger) for one in cluster])
        raise
    expected.check(report.metrics)
    cluster.assert_ledgers()


def test_a_batch_that_comes_to_every_node_counts_once(start_cluster, schema, prefix, dice):
    with start_cluster() as cluster:
        expected = Expected()
        for sequence in range(1, 21):
            points = random_points(dice, prefix, 500)
            expected.add(points)
            batch = encode(schema, "client", sequence, 0, points)
            order = list("abc")
            dice.shuffle(order)
            for place, node in enumerate(order):
                [ack] = push_batches(cluster[node], schema, batch)
                assert (ack.points_received, ack.points_rejected, ack.level) == (500, 0, 1)
                assert ack.points_repeated == (500 if place else 0)
        exact(cluster, prefix, expected)
        ledgers = [node.status().ledger for node in cluster]
        assert sum(ledger.repeated_points for ledger in ledgers) == 20 * 1000


def test_a_kind_that_nobody_knows_stops_no_link(start_cluster, schema, prefix, dice):
    with start_cluster() as cluster:
        expected = Expected()
        for sequence, kind in enumerate((1, 4, 200), start=1):
            points = random_points(dice, prefix, 100)
            expected.add(points)
            batch = encode(schema, "client", sequence, 0, points)
            for series in batch.series:
                series.kind = kind
            [ack] = push_batches(cluster["a"], schema, batch)
            assert (ack.points_received, ack.points_rejected, ack.points_hinted) == (100, 0, 0)
        exact(cluster, prefix, expected)


def test_copies_that_come_at_once_count_once(start_cluster, schema, prefix, dice):
    with start_cluster() as cluster:
        expected = Expected()
        batches = []
        for sequence in range(1, 101):
            points = random_points(dice, prefix, 200)
            expected.add(points)
            batches.append(encode(schema, "client", sequence, 0, points))
        acks = []
        threads = [
            threading.Thread(target=lambda node=node: acks.extend(
                push_batches(node, schema, *dice.sample(batches, 100))))
            for node in list(cluster) * 2]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(60)
        assert len(acks) == 600
        assert all(ack.points_received == 200 for ack in acks)
        # A slow machine may leave clients no time to hear of all copies.
        unsure = sum(ack.points_hinted for ack in acks)
        repeated = sum(ack.points_repeated for ack in acks)
        assert 100 * 200 * 5 - unsure <= repeated <= 100 * 200 * 5
        exact(cluster, prefix, expected)


def test_entry_nodes_that_die_cost_nothing(start_cluster, schema, prefix, dice):
    """Batches come in by c and d, which die and come back; a and b, which own the series, live."""
    with start_cluster(ids=("a", "b", "c", "d")) as cluster:
        names = owned(cluster, "a", "ab", prefix, 60)
        fronts = [cluster[one].target for one in "cd"]
        with Nginx([fronts[0], fronts[1], fronts[0]]) as nginx:
            expected = Expected()
            clients = []
            for _ in range(3):
                points = [(dice.choice(names), float(dice.randrange(-1000, 1000)))
                          for _ in range(60_000)]
                expected.add(points)
                clients.append(BatchClient(schema, nginx.target, points))
            threads = [threading.Thread(target=client.run) for client in clients]
            for thread in threads:
                thread.start()
            kills = 0
            while any(thread.is_alive() for thread in threads) and kills < 8:
                time.sleep(0.4)
                node = "cd"[kills % 2]
                cluster[node].kill()
                kills += 1
                if kills % 4 == 3:
                    # The owner is away from everybody for a while: points are kept for it.
                    cluster["a"].pause()
                    time.sleep(1.5)
                    cluster["a"].resume()
                cluster.restart(node)
            for thread in threads:
                thread.join(120)
            assert not any(client.waiting for client in clients)
            assert sum(client.failures for client in clients) > 0
            assert sum(client.sent for client in clients) > 3 * 600
            assert any(ack.points_repeated for client in clients for ack in client.acks.values())
        cluster.await_links()
        exact(cluster, prefix, expected)


def test_points_kept_for_an_owner_count_once_though_two_nodes_keep_them(
        start_cluster, schema, prefix, dice):
    with start_cluster() as cluster:
        names = owned(cluster, "a", "c", prefix, 40)
        cluster["c"].pause()
        expected = Expected()
        hinted = 0
        for sequence in range(1, 11):
            points = [(dice.choice(names), 1.0) for _ in range(300)]
            expected.add(points)
            batch = encode(schema, "client", sequence, sequence - 1, points)
            for node in "ab":
                [ack] = push_batches(cluster[node], schema, batch)
                assert (ack.points_received, ack.level) == (300, 0)
                hinted += ack.points_hinted
        assert hinted == 2 * 10 * 300
        cluster["c"].resume()
        cluster.await_links()
        exact(cluster, prefix, expected)


class Copies:
    """Batches of one client, sent once by a and c; more copies of them may follow anywhere."""

    def __init__(self, cluster, schema, prefix: str, dice, count: int = 30):
        self.schema, self.expected = schema, Expected()
        self.batches = []
        for sequence in range(1, count + 1):
            points = random_points(dice, prefix, 300)
            self.expected.add(points)
            self.batches.append((sequence, points))
            [ack] = self.send(cluster["ac"[sequence % 2]], 0, [self.batches[-1]])
            assert (ack.points_received, ack.points_repeated, ack.level) == (300, 0, 1)

    def send(self, node, age: int, batches=None) -> list:
        return push_batches(node, self.schema, *(
            encode(self.schema, "client", sequence, 0, points, age)
            for sequence, points in batches or self.batches))

    def assert_repeated(self, node, age: int) -> None:
        for ack in self.send(node, age):
            assert (ack.points_received, ack.points_repeated) == (300, 300), ack
            assert (ack.points_rejected, ack.level) == (0, 1)


def test_copies_count_once_though_a_node_has_joined_in_between(
        start_cluster, schema, prefix, dice):
    with start_cluster() as cluster:
        # More than a node asks about at a time.
        copies = Copies(cluster, schema, prefix, dice, count=150)
        cluster.start("d")
        cluster.await_links()
        for age, node in enumerate("dbac", start=1):
            copies.assert_repeated(cluster[node], age)
        exact(cluster, prefix, copies.expected, node="d")


def test_copies_count_once_though_an_owner_was_taken_out(start_cluster, schema, prefix, dice):
    with start_cluster() as cluster:
        copies = Copies(cluster, schema, prefix, dice)
        former = cluster.forget("c")
        try:
            cluster.await_epochs({"a", "b"})
            copies.assert_repeated(cluster["a"], 1)
            exact(cluster, prefix, copies.expected)
            # Away, it cannot say what it has: its rows are refused by name, not taken on a guess.
            former.pause()
            for ack in copies.send(cluster["b"], 2):
                [rejection] = ack.rejections
                assert rejection.reason == schema.enum("RejectReason")[
                    "REJECT_REASON_OUTCOME_UNKNOWN"]
                assert ack.points_repeated == ack.points_received == 300 - rejection.count < 300
            # First copies are nobody's business.
            points = random_points(dice, prefix, 300)
            copies.expected.add(points)
            [ack] = copies.send(cluster["b"], 0, [(31, points)])
            assert (ack.points_received, ack.points_repeated) == (300, 0)
            former.resume()
            copies.assert_repeated(cluster["b"], 3)
            exact(cluster, prefix, copies.expected)
        finally:
            former.stop()


def test_copies_count_once_though_their_owners_were_drained(start_cluster, schema, prefix, dice):
    """Also when another node has joined since, which never met the one that has left."""
    with start_cluster() as cluster:
        copies = Copies(cluster, schema, prefix, dice)
        assert cluster["c"].drain()[-1].done
        assert cluster["c"].wait() == 0
        cluster.forget("c").stop()
        cluster.await_epochs({"a", "b"})
        copies.assert_repeated(cluster["b"], 1)
        cluster.start("d")
        cluster.await_links()
        copies.assert_repeated(cluster["d"], 2)
        assert cluster["b"].drain()[-1].done
        assert cluster["b"].wait() == 0
        cluster.forget("b").stop()
        cluster.await_epochs({"a", "d"})
        copies.assert_repeated(cluster["d"], 3)
        exact(cluster, prefix, copies.expected)


def test_nodes_come_and_go_under_clients_that_send_again(start_cluster, schema, prefix, dice):
    with start_cluster() as cluster:
        expected = Expected()
        clients = []
        for node in "ab" * 2:
            points = random_points(dice, prefix, 40_000)
            expected.add(points)
            clients.append(BatchClient(schema, cluster[node].target, points, streams_break=True))
        threads = [threading.Thread(target=client.run) for client in clients]
        for thread in threads:
            thread.start()
        rounds = 0
        while any(thread.is_alive() for thread in threads) and rounds < 4:
            cluster.start("d")
            time.sleep(0.5)
            assert cluster["d"].drain()[-1].done
            assert cluster["d"].wait() == 0
            cluster.forget("d").stop()
            time.sleep(0.3)
            rounds += 1
        for thread in threads:
            thread.join(120)
        assert rounds > 0 and not any(client.waiting for client in clients)
        assert sum(client.failures for client in clients) > 0
        cluster.await_links()
        exact(cluster, prefix, expected)
