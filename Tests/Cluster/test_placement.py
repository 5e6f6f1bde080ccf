# SPDX-License-Identifier: Apache-2.0
"""Any node takes any point, any node answers for all."""

import json
import subprocess

import grpc
import pytest
from cluster import channel
from node import program
from points import Expected, Pushers, random_points
from telemetry import SUMMARY, Telemetry, until


def run(*arguments: str) -> subprocess.CompletedProcess:
    return subprocess.run([program("tributary"), *arguments], capture_output=True, text=True,
                          timeout=60, check=False)


def test_what_was_acked_behind_a_balancer_is_in_every_nodes_report(
        cluster, balancer, schema, prefix, dice):
    expected = Expected()
    with channel(balancer.target) as own:
        client = Telemetry(own, schema)
        for _ in range(6):
            points = random_points(dice, prefix, 3000)
            ack = client.push(points, wait_for_ready=True)
            assert (ack.points_received, ack.points_rejected, ack.points_hinted) == (3000, 0, 0)
            expected.add(points)
            for node in cluster:
                report = node.client.summary(prefixes=[prefix])
                assert report.coverage.complete, report.coverage
                expected.check(report.metrics)
        expected.check(client.series(prefix))
    cluster.assert_ledgers()


def test_many_clients_at_once_lose_and_double_nothing(cluster, nginx, schema, prefix):
    with Pushers(schema, [nginx.target] * 4, prefix, rounds=15) as pushers:
        pass
    account = pushers.account
    assert (account.received, account.hinted, account.failures) == (4 * 15 * 500, 0, {})
    for node in cluster:
        metrics = node.client.series(prefix)
        assert sum(one.count for one in metrics.values()) == account.received
    cluster.assert_ledgers()


def test_each_node_holds_its_own_names_alone(cluster, prefix, dice):
    points = random_points(dice, prefix, 3000, names=1000)
    cluster["a"].client.push(points)
    names = sorted({name for name, _ in points})
    owners = dict(zip(names, cluster["b"].owners(names)))
    assert set(owners.values()) == {"a", "b", "c"}
    for node in cluster:
        held = node.client.summary(prefixes=[prefix], local=True)
        assert set(held.metrics) == {name for name in names if owners[name] == node.id}
        assert not held.HasField("coverage")


def test_an_owners_verdict_comes_back_with_the_points_index(start_cluster):
    with start_cluster(ids=("a", "b")) as cluster:
        cluster.start("c", "--series-max", "10")
        cluster.await_links()
        names = [f"n{number}" for number in range(400)]
        owners = dict(zip(names, cluster["a"].owners(names)))
        theirs = [name for name in names if owners[name] == "c"]
        assert len(theirs) > 60
        # Ten series fit; what comes after them for this node is refused by it.
        points = [(name, 1.0) for name in names]
        kept = set(theirs[:10])
        ack = cluster["a"].client.push([(name, 1.0) for name in theirs[:10]])
        assert ack.points_received == 10
        ack = cluster["b"].client.push(points)
        assert ack.points_received == 400 - len(theirs) + 10
        [rejection] = ack.rejections
        assert rejection.reason == cluster.schema.enum("RejectReason")[
            "REJECT_REASON_SERIES_LIMIT"]
        assert rejection.count == ack.points_rejected == len(theirs) - 10
        assert names[rejection.first_index] == next(
            name for name in theirs if name not in kept)
        cluster.assert_ledgers()


def test_a_stranger_finds_the_owner_of_a_name(cluster):
    told = run("locate", "--target", cluster["a"].target, "--format", "json", "some.name", "other")
    assert told.returncode == 0, told.stderr
    text = told.stdout
    assert '"some.name"' in text and '"other"' in text
    assert json.loads(text)
    assert cluster["c"].owners(["some.name"])[0] in text


def test_the_status_shows_all_nodes(cluster):
    for node in cluster:
        status = node.status(local=False)
        assert [one.id for one in status.nodes] == ["a", "b", "c"]
        assert sum(one.partitions for one in status.nodes) == 1024
        assert {one.epoch for one in status.nodes} and not any(one.error for one in status.nodes)
    told = run("cluster", "status", "--target", cluster["b"].target, "--format", "json")
    assert told.returncode == 0, told.stderr
    assert json.loads(told.stdout)
    table = run("cluster", "status", "--target", cluster["b"].target)
    assert table.returncode == 0
    for node in cluster:
        assert node.id in table.stdout


def test_a_client_of_the_first_hour_gets_the_merged_report(cluster, prefix, dice, schema):
    points = random_points(dice, prefix, 500)
    cluster["c"].client.push(points)
    expected = Expected()
    expected.add(points)
    with channel(cluster["a"].target) as own:
        report = own.unary_unary(SUMMARY, response_deserializer=schema("Report").FromString)(b"")
    expected.check({name: one for name, one in report.metrics.items() if name.startswith(prefix)})


def test_pages_go_over_all_nodes_names(cluster, prefix, dice):
    points = random_points(dice, prefix, 2000, names=700)
    expected = Expected()
    expected.add(points)
    cluster["b"].client.push(points)
    found, token = {}, ""
    while True:
        page = cluster["a"].client.summary(prefixes=[prefix], page_size=100, page_token=token)
        assert not found.keys() & page.metrics.keys()
        found.update(page.metrics)
        token = page.next_page_token
        if not token:
            break
    expected.check(found)


def test_a_report_says_who_is_missing_and_a_strict_one_fails(start_cluster, prefix, dice):
    with start_cluster() as cluster:
        cluster["a"].client.push(random_points(dice, prefix, 1000))
        assert cluster["a"].client.summary(strict=True, prefixes=[prefix]).coverage.complete
        cluster["c"].kill()
        client = cluster["a"].client
        report = until(lambda: (lambda found: not found.coverage.complete and found)(
            client.summary(prefixes=[prefix])))
        missing = {one.node_id: one for one in report.coverage.nodes}
        assert [missing[one].answered for one in "abc"] == [True, True, False]
        assert missing["c"].error and missing["c"].staleness_milliseconds != 0
        with pytest.raises(grpc.RpcError) as caught:
            client.summary(strict=True, prefixes=[prefix])
        assert caught.value.code() == grpc.StatusCode.UNAVAILABLE
        assert "c" in caught.value.details()
        told = run("summary", "--target", cluster["b"].target, "--format", "json")
        shown = json.loads(told.stdout)
        assert shown["complete"] is False and len(shown["nodes"]) == 3
        cluster.restart("c")
        cluster.await_links()
        assert client.summary(strict=True, prefixes=[prefix]).coverage.complete


def test_labelled_points_come_back_exactly_from_any_node(cluster, prefix, dice):
    kinds, expected = {}, {}
    for node in cluster:
        points = []
        for _ in range(3000):
            number = dice.randrange(60)
            labels = {"host": f"h{number % 7}", "zone": "größe"} if number % 3 else {}
            kinds.setdefault(number // 5, number % 4)
            points.append((f"{prefix}n{number // 5}", float(dice.randrange(100)), 0, labels,
                           kinds[number // 5]))
        ack = node.client.push(points)
        assert (ack.points_received, ack.points_rejected, ack.points_hinted) == (3000, 0, 0)
        for name, value, _, labels, _ in points:
            key = (name, frozenset(labels.items()))
            count, total = expected.get(key, (0, 0.0))
            expected[key] = (count + 1, total + value)
    for node in cluster:
        report = node.client.summary(prefixes=[prefix])
        assert report.coverage.complete
        found = {(name, frozenset()): one for name, one in report.metrics.items()}
        found.update(((one.metric, frozenset(one.labels.items())), one.summary)
                     for one in report.series)
        assert {key: (one.count, one.sum) for key, one in found.items()} == expected
    cluster.assert_ledgers()


def test_a_name_with_most_of_the_points_is_spread_and_comes_back_exactly(cluster):
    """Its points stay where they arrive, and any node adds up what all of them have."""
    before = {node.id: node.client.summary(names=["bench.metric.00000"], local=True).metrics
              for node in cluster}
    assert not any(before.values())
    points = 1_500_000
    for node in cluster:
        ended = run("bench", "--target", node.target, "--points", str(points), "--metrics", "50",
                    "--hot-percent", "90", "--warm-up-points", "0", "--acks", "0",
                    "--summaries", "0", "--format", "json")
        result = json.loads(ended.stdout)
        assert (result["points_received"], result["points_rejected"]) == (points, 0)
    names = [f"bench.metric.{number:05}" for number in range(50)]
    counts = []
    for node in cluster:
        report = node.client.summary(names=names)
        assert report.coverage.complete and len(report.metrics) == 50
        counts.append({name: one.count for name, one in report.metrics.items()})
    assert counts[0] == counts[1] == counts[2]
    assert sum(counts[0].values()) == 3 * points and counts[0][names[0]] >= 2.6 * points
    held = [node.client.summary(names=names[:1], local=True).metrics for node in cluster]
    assert all(one[names[0]].count > points // 2 for one in held)
    cluster.assert_ledgers()
