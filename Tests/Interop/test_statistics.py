# SPDX-License-Identifier: Apache-2.0
"""Every statistic of a series, compared with what NumPy says of its values."""

import math
import time

import grpc
import numpy as np
import pytest

POINTS = 4000
QUANTILES = [0.0, 0.001, 0.01, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99, 0.999, 1.0]
FINEST, COARSEST, BUCKETS_MAX = 5, -4, 160
DISTRIBUTIONS = {
    "lognormal": lambda dice: dice.lognormal(0, 1, POINTS),
    "uniform": lambda dice: dice.uniform(100, 200, POINTS),
    "normal": lambda dice: dice.normal(0, 10, POINTS),
    "bimodal": lambda dice: np.where(
        dice.random(POINTS) < 0.5, dice.normal(5, 0.1, POINTS), dice.normal(5000, 100, POINTS)),
    "pareto": lambda dice: dice.pareto(0.7, POINTS) + 1,
    "latency": lambda dice: np.round(dice.gamma(2, 12, POINTS), 3) + 0.4,
    "negative": lambda dice: -dice.lognormal(3, 2, POINTS),
    "constant": lambda dice: np.full(POINTS, 42.125),
    "zero-heavy": lambda dice: np.where(
        dice.random(POINTS) < 0.9, 0, dice.exponential(3, POINTS)),
    "whole": lambda dice: dice.integers(-5, 6, POINTS).astype(float),
    "powers": lambda dice: 2.0 ** dice.integers(-20, 20, POINTS),
    "far from zero": lambda dice: 1e9 + dice.normal(0, 1, POINTS),
    "all magnitudes": lambda dice: 10 ** dice.uniform(-300, 300, POINTS),
    "all magnitudes and signs": lambda dice: (
        dice.choice([-1, 1], POINTS) * 10 ** dice.uniform(-300, 300, POINTS)),
    "one outlier": lambda dice: np.append(dice.uniform(1, 2, POINTS - 1), 1e200),
}


def exact(values, quantile):
    return np.quantile(values, quantile, method="inverted_cdf")


def buckets(magnitudes, scale):
    """From the bucket of the least to that of the greatest; (base^i, base^(i+1)] is number i."""
    if len(magnitudes) == 0:
        return 0
    first, last = (math.ceil(math.log2(edge) * 2.0 ** scale) - 1
                   for edge in (min(magnitudes), max(magnitudes)))
    return last - first + 1


def error(values):
    """Of quantiles at the finest scale at which neither sign takes too many buckets."""
    positive, negative = values[values > 0], -values[values < 0]
    scale = next(scale for scale in range(FINEST, COARSEST - 1, -1)
                 if max(buckets(positive, scale), buckets(negative, scale)) <= BUCKETS_MAX)
    base = 2.0 ** 2.0 ** -scale
    return (base - 1) / (base + 1)


def check_spread(row, values):
    """Means are rounded, and what spreads little about a large one feels it."""
    with np.errstate(over="ignore", invalid="ignore"):
        variance = np.var(values)
        rounding = 1e-15 * abs(np.mean(values)) / math.sqrt(variance) if variance else 0
    due = pytest.approx(variance, rel=max(1e-9, rounding), abs=1e-20)
    assert row.variance == due
    assert row.stddev == math.sqrt(row.variance)


def check_quantiles(row, values, quantiles):
    assert row.quantile_error == pytest.approx(error(values), rel=1e-12)
    assert len(row.quantiles) == len(quantiles)
    for quantile, found in zip(quantiles, row.quantiles):
        due = exact(values, quantile)
        assert abs(found - due) <= row.quantile_error * abs(due), (quantile, found, due)


@pytest.fixture
def dice(request):
    return np.random.default_rng(list(request.node.name.encode()))


@pytest.mark.parametrize("name", DISTRIBUTIONS)
def test_statistics_are_numpys(telemetry, prefix, dice, name):
    values = DISTRIBUTIONS[name](dice)
    now = int(time.time())
    times = now - dice.integers(0, 3400, POINTS)
    series = prefix + "x"
    ack = telemetry.push(
        [(series, value, int(at)) for value, at in zip(values.tolist(), times)])
    assert ack.points_received == POINTS
    report = telemetry.summary(names=[series], quantiles=QUANTILES)
    row = report.metrics[series]
    assert list(report.quantiles) == QUANTILES
    check_quantiles(row, values, QUANTILES)
    assert (row.quantiles[0], row.quantiles[-1]) == (values.min(), values.max())
    assert (row.count, row.min, row.max) == (POINTS, values.min(), values.max())
    assert row.sum == pytest.approx(math.fsum(values), rel=1e-12)
    check_spread(row, values)
    latest = np.flatnonzero(times == times.max())[-1]
    assert (row.last, row.last_seen) == (values[latest], times[latest])
    assert row.first_seen == times.min()
    begin, end = getattr(report, "from"), report.to
    assert end == report.as_of and 3600 <= end - begin < 3600 + report.resolution_seconds
    assert row.rate == pytest.approx(POINTS / (end - begin), rel=1e-15)
    assert row.sum_rate == pytest.approx(row.sum / (end - begin), rel=1e-15)
    assert report.quantiles_from <= begin and report.quantiles_to == end


@pytest.mark.parametrize("name", ["lognormal", "all magnitudes and signs", "zero-heavy"])
def test_groups_have_the_statistics_of_all_their_values(telemetry, prefix, dice, name):
    values = DISTRIBUTIONS[name](dice)
    times = int(time.time()) - dice.integers(0, 3400, POINTS)
    series = prefix + "x"
    hosts = dice.integers(0, 40, POINTS)
    telemetry.push([(series, value, int(at), {"host": str(host), "rack": str(host % 3)})
                    for value, at, host in zip(values.tolist(), times, hosts)])
    schema = telemetry.schema
    for labels, group in [([], np.zeros(POINTS)), (["rack"], hosts % 3), (["host"], hosts)]:
        report = telemetry.summary(
            prefixes=[series], quantiles=QUANTILES, group_by=schema("Grouping")(labels=labels))
        assert len(report.series) == len(set(group))
        for row in report.series:
            own = values[group == int(*row.labels.values())] if labels else values
            check_quantiles(row.summary, own, QUANTILES)
            check_spread(row.summary, own)
            assert row.summary.count == len(own)


def test_only_what_is_asked_for_is_answered(telemetry, prefix):
    series = prefix + "x"
    telemetry.push([(series, value) for value in (1, 2, 4)])
    every = telemetry.summary(names=[series])
    assert list(every.quantiles) == [0.5, 0.95, 0.99]
    assert len(every.metrics[series].quantiles) == 3
    some = telemetry.summary(names=[series], statistics=["STATISTIC_MAX", "STATISTIC_RATE"])
    fields = {field.name for field, _ in some.metrics[series].ListFields()}
    assert fields == {"max", "rate"} and not some.quantiles


def test_quantiles_of_several_spans_follow_the_values(telemetry, prefix):
    now, series = int(time.time()), prefix + "x"
    telemetry.push([(series, 10 if age > 1800 else 1000, now - age) for age in range(3400)])
    recent = telemetry.summary(names=[series], window_seconds=600)
    assert recent.metrics[series].quantiles[0] == 1000
    assert telemetry.summary(names=[series], to=now - 2400).metrics[series].quantiles[2] == 10


@pytest.mark.parametrize("quantile", [-0.1, 1.1, math.nan, math.inf])
def test_a_quantile_that_is_none_is_refused(telemetry, quantile):
    with pytest.raises(grpc.RpcError) as caught:
        telemetry.summary(quantiles=[0.5, quantile])
    assert caught.value.code() == grpc.StatusCode.INVALID_ARGUMENT
    assert "quantiles" in caught.value.details()
