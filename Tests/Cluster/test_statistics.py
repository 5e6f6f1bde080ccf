# SPDX-License-Identifier: Apache-2.0
"""Statistics of values that several nodes hold, compared with what NumPy says of all of them."""

import time

import numpy as np
import pytest

QUANTILES = [0.01, 0.25, 0.5, 0.75, 0.95, 0.99]


def push(cluster, prefix, dice):
    """40 series over all nodes, their points through any of them; the values."""
    values = dice.lognormal(3, 2, 6000) * dice.choice([-1, 1], 6000)
    names = dice.integers(0, 40, 6000)
    times = int(time.time()) - dice.integers(0, 3000, 6000)
    points = [(f"{prefix}{name}", value, int(at))
              for value, name, at in zip(values.tolist(), names, times)]
    nodes = list(cluster)
    for number, node in enumerate(nodes):
        assert node.client.push(points[number::len(nodes)]).points_rejected == 0
    return values, times


def whole(node, schema, prefix):
    """One row of all series."""
    report = node.client.summary(
        prefixes=[prefix], quantiles=QUANTILES, group_by=schema("Grouping")(), strict=True)
    assert len(report.series) == 1
    return report.series[0].summary


def check(row, values, times):
    assert row.count == len(values)
    for quantile, found in zip(QUANTILES, row.quantiles, strict=True):
        due = np.quantile(values, quantile, method="inverted_cdf")
        assert abs(found - due) <= row.quantile_error * abs(due), (quantile, found, due)
    assert row.variance == pytest.approx(np.var(values), rel=1e-9)
    assert row.last in values[times == times.max()]
    assert (row.last_seen, row.first_seen) == (times.max(), times.min())


def test_any_node_answers_with_the_statistics_of_all_values(cluster, schema, prefix):
    values, times = push(cluster, prefix, np.random.default_rng(1))
    rows = [whole(node, schema, prefix) for node in cluster]
    for row in rows:
        check(row, values, times)
        assert list(row.quantiles) == list(rows[0].quantiles)


def test_a_drained_node_hands_its_statistics_over(start_cluster, schema, prefix):
    with start_cluster() as cluster:
        values, times = push(cluster, prefix, np.random.default_rng(2))
        before = whole(cluster["a"], schema, prefix)
        check(before, values, times)
        leaving = cluster["c"]
        assert leaving.drain()[-1].done
        assert leaving.wait() == 0, leaving.stderr()
        cluster.forget("c").stop()
        cluster.await_epochs({"a", "b"})
        after = whole(cluster["a"], schema, prefix)
        check(after, values, times)
        assert list(after.quantiles) == list(before.quantiles)
