# SPDX-License-Identifier: Apache-2.0
"""Points with labels: name and labels together are the series."""

import pytest
from test_rejects import rejections


def entry(name: bytes, value: bytes) -> bytes:
    """One label as it lies in a point's message."""
    inner = b"\x0a" + bytes([len(name)]) + name + b"\x12" + bytes([len(value)]) + value
    return b"\x22" + bytes([len(inner)]) + inner


def point(name: str, *labels: bytes) -> bytes:
    text = name.encode()
    return b"\x0a" + bytes([len(text)]) + text + b"\x11" + bytes(7) + b"\x40" + b"".join(labels)


def test_each_label_set_is_a_series_of_its_own(telemetry, prefix):
    name = prefix + "requests"
    telemetry.push(
        [(name, 1.0), (name, 2.0, 0, {"code": "200"}), (name, 3.0, 0, {"code": "500"}),
         (name, 4.0, 0, {"code": "200", "host": "größe"}), (name, 5.0, 0, {"code": "200"})])
    assert telemetry.series(prefix)[name].sum == 1.0
    found = telemetry.labelled(prefix)
    assert {tuple(sorted(labels)): one.sum for (_, labels), one in found.items()} == {
        (("code", "200"),): 7.0, (("code", "500"),): 3.0,
        (("code", "200"), ("host", "größe")): 4.0}


def test_the_order_of_labels_does_not_matter(telemetry, prefix):
    name = prefix + "m"
    a, b, c = entry(b"a", b"1"), entry(b"b", b"2"), entry(b"c", "ä".encode())
    ack = telemetry.push([point(name, *some) for some in ((a, b, c), (c, b, a), (b, a, c))])
    assert ack.points_received == 3
    [(key, one)] = telemetry.labelled(prefix).items()
    assert key == (name, frozenset({("a", "1"), ("b", "2"), ("c", "ä")})) and one.count == 3


def test_of_a_label_that_comes_twice_the_last_counts(telemetry, prefix):
    name = prefix + "m"
    telemetry.push([point(name, entry(b"a", b"1"), entry(b"b", b"2"), entry(b"a", b"3")),
                    (name, 2.0, 0, {"a": "3", "b": "2"})])
    [(key, one)] = telemetry.labelled(prefix).items()
    assert key[1] == {("a", "3"), ("b", "2")} and one.count == 2


def test_a_label_with_an_empty_value_is_none(telemetry, prefix):
    name = prefix + "m"
    telemetry.push([(name, 1.0, 0, {"a": ""}), (name, 1.0), (name, 1.0, 0, {"": ""}),
                    (name, 1.0, 0, {"a": "1", "b": ""}), (name, 1.0, 0, {"a": "1"})])
    assert telemetry.series(prefix)[name].count == 3
    assert [one.count for one in telemetry.labelled(prefix).values()] == [2]


BAD_LABELS = {
    "an empty name": ("LABEL_INVALID", [entry(b"", b"x")]),
    "a name that is not UTF-8": ("LABEL_INVALID", [entry(b"\xff", b"x")]),
    "a value that is not UTF-8": ("LABEL_INVALID", [entry(b"a", b"\xfe")]),
    "a value that is cut within a character": ("LABEL_INVALID", [entry(b"a", b"\xc3")]),
    "too many": ("LABELS_TOO_LARGE", [entry(b"l%d" % n, b"x") for n in range(65)]),
    "too long ones": ("LABELS_TOO_LARGE", [entry(b"l%d" % n, b"x" * 100) for n in range(40)]),
}


@pytest.mark.parametrize("bad", BAD_LABELS)
def test_bad_labels_are_counted_and_the_stream_goes_on(telemetry, telemetry_schema, prefix, bad):
    reason, labels = BAD_LABELS[bad]
    name = prefix + "m"
    good = point(name, entry(b"a", b"1"))
    ack = telemetry.push([good, point(name, *labels), good])
    assert (ack.points_received, ack.points_rejected) == (2, 1)
    assert rejections(ack, telemetry_schema) == {reason: (1, 1)}
    assert [one.count for one in telemetry.labelled(prefix).values()] == [2]


def test_sixty_four_labels_are_taken(telemetry, prefix):
    labels = {f"l{number}": "x" for number in range(64)}
    telemetry.push([(prefix + "m", 1.0, 0, labels)])
    assert [dict(key[1]) for key in telemetry.labelled(prefix)] == [labels]


def test_kinds_known_and_unknown_are_taken(telemetry, prefix):
    kinds = [(prefix + f"m{kind}", 1.0, 0, {"a": "1"}, kind) for kind in (0, 1, 2, 3, 4, 1000)]
    assert telemetry.push(kinds).points_received == 6
    assert len(telemetry.labelled(prefix)) == 6


def test_a_name_chooses_all_its_label_sets(telemetry, prefix):
    telemetry.push([(prefix + "cpu", 1.0, 0, {"host": "a"}), (prefix + "cpu", 1.0),
                    (prefix + "cpu.user", 1.0, 0, {"host": "a"})])
    report = telemetry.summary(names=[prefix + "cpu"])
    assert list(report.metrics) == [prefix + "cpu"]
    assert [one.metric for one in report.series] == [prefix + "cpu"]
    report = telemetry.summary(globs=[prefix + "c?u"])
    assert len(report.metrics) == len(report.series) == 1
