# SPDX-License-Identifier: Apache-2.0
"""Questions to a cluster are answered as one node with all the points answers them."""

import grpc
import pytest


def rows(report):
    return [(row.metric, tuple(sorted(row.labels.items())), row.summary.count, row.summary.sum)
            for row in report.series]


def test_every_node_groups_and_orders_as_one_node_does(cluster, schema, prefix, dice):
    points = [(f"{prefix}m{dice.randint(0, 20)}", float(dice.randint(1, 9)), 0,
               {"host": f"web-{dice.randint(1, 12)}", "zone": dice.choice("ab")})
              for _ in range(3000)]
    for index, node in enumerate(cluster):
        assert node.client.push(points[index::3], wait_for_ready=True).points_hinted == 0
    kept = [point for point in points if point[3]["host"].startswith("web-1")]
    expected = {}
    for _, value, _, labels in kept:
        count, total = expected.get(labels["host"], (0, 0.0))
        expected[labels["host"]] = (count + 1, total + value)
    order = sorted(expected.items(), key=lambda one: (-one[1][1], one[0]))
    question = {
        "selectors": [f'{{__name__=~"{prefix}m.*",host=~"web-1[0-9]?"}}'],
        "group_by": schema("Grouping")(labels=["host"]),
        "order_by": schema("Ordering")(statistic=schema.enum("Statistic")["STATISTIC_SUM"])}
    for node in cluster:
        report = node.client.summary(**question)
        assert report.coverage.complete, report.coverage
        assert rows(report) == [
            ("", (("host", host),), count, total) for host, (count, total) in order]
        found, token = [], ""
        while True:
            page = node.client.summary(page_size=2, limit=3, page_token=token, **question)
            found += rows(page)
            token = page.next_page_token
            if not token:
                break
        assert found == rows(report)[:3]


def test_a_pattern_that_a_peer_gives_up_is_refused_by_every_node(cluster, prefix):
    name = prefix + "a" * 300
    next(iter(cluster)).client.push([(name, 1.0)], wait_for_ready=True)
    for node in cluster:
        with pytest.raises(grpc.RpcError) as refused:
            node.client.summary(selectors=[f'{{__name__=~"{prefix}(a|aa)+[bc]"}}'])
        assert refused.value.code() == grpc.StatusCode.INVALID_ARGUMENT
