# SPDX-License-Identifier: Apache-2.0
"""Questions: selectors, groups, orders, spans and pages."""

import random
import re
import subprocess
import time

import grpc
import pytest
from node import program
from telemetry import Telemetry

HOSTS, ZONES = ["web-1", "web-2", "web-10", "db-1", "größe", ""], ["a", "b", ""]
PATTERNS = ["web.*", "web-(1|10)", ".*1", ".+", ".*", "", "web-[0-9]+", "(?i)WEB-.", "[^w].*",
            "db-1|größe|", r"web-\d", "w.*1.*", "gr(ö|o)ße"]
OPERATIONS = {
    "=": lambda value, text: value == text,
    "!=": lambda value, text: value != text,
    "=~": lambda value, text: re.fullmatch(text, value, re.DOTALL) is not None,
    "!~": lambda value, text: re.fullmatch(text, value, re.DOTALL) is None,
}


@pytest.fixture
def filled(telemetry, prefix):
    """All label sets of three names; each series' sum tells it apart."""
    points = []
    for name in ("cpu", "mem", "cpu.user"):
        for host in HOSTS:
            for zone in ZONES:
                labels = {"host": host, "zone": zone}
                points.append((prefix + name, float(len(points) + 1), 0, labels))
    assert telemetry.push(points).points_rejected == 0
    return points


def chosen(report) -> set[float]:
    return {one.sum for one in report.metrics.values()} | {
        one.summary.sum for one in report.series}


def test_selectors_choose_what_a_plain_search_chooses(telemetry, prefix, filled):
    dice = random.Random(7)
    for _ in range(300):
        conditions = [("__name__", "=~", re.escape(prefix) + ".*")]
        for _ in range(dice.randint(0, 3)):
            operation = dice.choice(list(OPERATIONS))
            texts = PATTERNS if "~" in operation else HOSTS + ZONES
            label = dice.choice(["host", "zone", "none"])
            conditions.append((label, operation, dice.choice(texts)))
        text = ",".join(f"{label}{operation}`{value}`" for label, operation, value in conditions)
        expected = {
            value for name, value, _, labels in filled
            if all(OPERATIONS[operation](
                name if label == "__name__" else labels.get(label, ""), pattern)
                for label, operation, pattern in conditions)}
        assert chosen(telemetry.summary(selectors=["{" + text + "}"])) == expected, text


def test_groups_are_the_sums_of_their_series(telemetry, telemetry_schema, prefix, filled):
    for labels in ([], ["host"], ["zone", "host"], ["__name__"], ["__name__", "zone"], ["none"]):
        expected = {}
        for name, value, _, own in filled:
            own = {"__name__": name, **own}
            key = frozenset((label, own[label]) for label in labels if own.get(label))
            expected[key] = expected.get(key, 0) + value
        report = telemetry.summary(
            prefixes=[prefix], group_by=telemetry_schema("Grouping")(labels=labels))
        found = {}
        for row in report.series:
            name = {("__name__", row.metric)} if row.metric else set()
            found[frozenset(row.labels.items()) | name] = row.summary.sum
        assert not report.metrics and found == expected, labels


def test_rows_come_in_the_order_asked_for(telemetry, telemetry_schema, prefix, filled):
    statistics = telemetry_schema.enum("Statistic")
    sums = sorted((value for _, value, _, _ in filled), reverse=True)
    for name in ("SUM", "AVG", "MAX", "LAST", "SUM_RATE", "QUANTILES"):
        order = telemetry_schema("Ordering")(
            statistic=statistics["STATISTIC_" + name], quantile=0.5)
        report = telemetry.summary(prefixes=[prefix], order_by=order, limit=10)
        assert [row.summary.sum for row in report.series] == sums[:10], name
        order.ascending = True
        report = telemetry.summary(prefixes=[prefix], order_by=order, limit=10)
        assert [row.summary.sum for row in report.series] == sums[::-1][:10], name


def pages(client: Telemetry, size: int, between=lambda: None, **question):
    rows, token = [], ""
    while True:
        report = client.summary(page_size=size, page_token=token, **question)
        assert len(report.metrics) + len(report.series) <= size
        rows += [one.sum for one in report.metrics.values()]
        rows += [one.summary.sum for one in report.series]
        token = report.next_page_token
        if not token:
            return rows
        between()


@pytest.mark.parametrize("size", [1, 7, 1000])
def test_pages_as_of_a_time_are_the_whole_while_points_keep_coming(
        start, telemetry_schema, size):
    _, client = start("--resolution", "1s")
    now = int(time.time())
    names = [f"m{number}" for number in range(40)]
    client.push([(name, float(index % 5), now - 100) for index, name in enumerate(names)])
    as_of = now - 50

    def push():
        client.push([(name, 1000.0, now) for name in names])

    order = telemetry_schema("Ordering")(
        statistic=telemetry_schema.enum("Statistic")["STATISTIC_SUM"])
    for question in ({}, {"order_by": order}, {"order_by": order, "limit": 33}):
        push()
        question["as_of"] = as_of
        whole = client.summary(**question)
        sums = [row.summary.sum for row in whole.series] + [
            one.sum for one in whole.metrics.values()]
        found = pages(client, size, push, **question)
        assert sorted(found) == sorted(sums) and max(found) == 4.0
        if "order_by" in question:
            assert found == sums


def test_a_token_of_another_question_is_refused(telemetry, prefix, filled):
    token = telemetry.summary(prefixes=[prefix], page_size=1).next_page_token
    with pytest.raises(grpc.RpcError) as refused:
        telemetry.summary(prefixes=[prefix + "c"], page_size=1, page_token=token)
    assert refused.value.code() == grpc.StatusCode.INVALID_ARGUMENT
    assert "another question" in refused.value.details()


def test_spans_are_of_the_points_between(start):
    _, client = start("--resolution", "1s")
    now = int(time.time())
    client.push([("m", float(2 ** age), now - 10 * age) for age in range(10)])

    def total(**span):
        return int(client.summary(**span).metrics["m"].sum)

    assert total() == 0b1111111111
    assert total(**{"from": now - 45, "to": now - 5}) == 0b0000011110
    assert total(**{"from": now - 45}) == 0b0000011111
    assert total(as_of=now - 45) == 0b1111100000
    assert total(as_of=now - 45, window_seconds=20) == 0b0001100000
    for wrong in ({"as_of": now + 100}, {"from": now, "to": now - 1}, {"from": 1},
                  {"from": now - 10, "window_seconds": 5}):
        with pytest.raises(grpc.RpcError) as refused:
            client.summary(**wrong)
        assert refused.value.code() == grpc.StatusCode.INVALID_ARGUMENT, wrong


def test_a_pattern_that_back_tracks_without_end_is_refused_soon(telemetry, prefix):
    telemetry.push([(prefix + "a" * 500, 1.0)])
    started = time.monotonic()
    with pytest.raises(grpc.RpcError) as refused:
        telemetry.summary(selectors=['{__name__=~".*(a|aa)+[bc]"}'])
    assert refused.value.code() == grpc.StatusCode.INVALID_ARGUMENT
    assert "(a|aa)+" in refused.value.details()
    assert time.monotonic() - started < 5


def test_the_program_shows_where_a_selector_is_wrong(node, prefix, filled):
    def run(*arguments):
        return subprocess.run(
            [program("tributary"), "summary", "--target", node.target, *arguments],
            capture_output=True, text=True, timeout=60, check=False)

    wrong = run('cpu{host=~"("}')
    assert wrong.returncode == 2 and wrong.stderr.split("\n")[1:] == [
        '  cpu{host=~"("}', " " * 14 + "^", ""], wrong.stderr
    right = run(f'{prefix}cpu{{host=~"web.*"}}', "--by", "zone", "--sort", "sum", "--top", "2",
                "--statistics", "sum")
    lines = right.stdout.splitlines()
    assert right.returncode == 0, right.stderr
    assert [line.split() for line in lines[:3]] == [
        ["NAME", "SUM"], ["{}", "18"], ['{zone="b"}', "15"]]
