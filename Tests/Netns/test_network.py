# SPDX-License-Identifier: Apache-2.0
"""Networks that part, reset, lose and crawl: it all heals, and totals are exact."""

import statistics
import time
from contextlib import ExitStack, contextmanager

import pytest
from load import Load, Watch, names, names_by_owner, points_of
from proxy import SlowProxy
from telemetry import until

# Links to a silent peer are given up after a second, their connections after five.
PARTED_SECONDS = 7
TROUBLED_SECONDS = 5
USUAL_SECONDS = 2
PEERS = [("a", "b"), ("c", "b")]


@contextmanager
def pushing(cluster, prefix: str, targets: str):
    """Points of everyone's at the named nodes, and questions to them."""
    everyones = sum(names_by_owner(cluster, prefix + "all.").values(), [])
    load = Load(cluster.schema, prefix + "all.", [cluster[one].target for one in targets],
                lambda dice: points_of(everyones, dice))
    with load, Watch(load, [cluster[one] for one in targets]) as watch:
        load.await_streams(10)
        yield load, watch


def faster_quarter(times: list[float]) -> float:
    """What a quarter of them stay below: those that nothing else on the machine held up."""
    return statistics.quantiles(times, n=4)[0]


class Others:
    """Points that are none of b's business: how fast are they?"""

    def __init__(self, cluster, prefix: str, dice):
        owners = names_by_owner(cluster, prefix + "others.")
        self.cluster, self.dice, self.names = cluster, dice, owners["a"] + owners["c"]
        self.load = Load(cluster.schema, prefix + "others.", [], None)
        self.usual = faster_quarter(self.push(USUAL_SECONDS))

    def push(self, seconds: float) -> list[float]:
        """Pushes them at a and c for so long; how long each Ack took."""
        end = time.monotonic() + seconds
        times = []
        while time.monotonic() < end:
            client = self.cluster[self.dice.choice("ac")].client
            times.append(self.load.push(client, points_of(self.names, self.dice)))
        return times

    def keep_their_speed(self, seconds: float) -> None:
        times = self.push(seconds)
        now, slowest = faster_quarter(times), max(times)
        print(f"others: {self.usual * 1000:.1f} ms a stream before, {now * 1000:.1f} ms now, "
              f"{slowest * 1000:.1f} ms at most, {len(times)} streams")
        assert now < 2 * self.usual + 0.01
        # Who waited for b would wait for all of this.
        assert slowest < 1
        assert self.load.hinted == 0


def await_missing(node, prefix: str, missing: str) -> None:
    until(lambda: names(node.client.summary(prefixes=[prefix]), missing))


def link(node, peer: str):
    [found] = [one for one in node.status().links if one.peer_id == peer]
    return found


def part(network, ways) -> None:
    for source, target in ways:
        network.drop(source, target)


def test_a_node_that_is_cut_off_from_all_harms_only_its_own_points(
        cluster, network, prefix, dice):
    with pushing(cluster, prefix, "ac") as (load, watch):
        others = Others(cluster, prefix, dice)
        network.isolate("b")
        for one in "ac":
            await_missing(cluster[one], load.prefix, "b")
        watch.missing = "b"
        hinted, before = load.hinted, load.acked
        others.keep_their_speed(PARTED_SECONDS)
        load.await_streams(10)
        # A third is b's, more or less.
        assert 0.15 < (load.hinted - hinted) / (load.acked - before) < 0.5
        assert link(cluster["a"], "b").state != "live"
        watch.missing = None
        assert network.hit() > 0
        network.heal()
        load.await_streams(10)
    assert watch.complete > 0 and watch.incomplete > 0
    load.await_exact(cluster)
    others.load.await_exact(cluster)


TO_B = PEERS
FROM_B = [(target, source) for source, target in PEERS]


@pytest.mark.parametrize("ways", [
    pytest.param(TO_B + FROM_B, id="neither_way"), pytest.param(TO_B, id="not_to_b"),
    pytest.param(FROM_B, id="not_from_b")])
def test_a_node_that_is_parted_from_its_peers_takes_points_as_they_do(
        cluster, network, prefix, dice, ways):
    with pushing(cluster, prefix, "abc") as (load, watch):
        others = Others(cluster, prefix, dice)
        part(network, ways)
        for one, missing in (("a", "b"), ("c", "b"), ("b", "a"), ("b", "c")):
            await_missing(cluster[one], load.prefix, missing)
        hinted = load.hinted
        others.keep_their_speed(PARTED_SECONDS)
        load.await_streams(10)
        assert load.hinted > hinted
        kept = [link(cluster[one], peer).points_hinted for one, peer in ("ab", "cb", "ba", "bc")]
        assert all(kept), kept
        assert network.hit() > 0
        network.heal()
        load.await_streams(10)
    load.await_exact(cluster)
    others.load.await_exact(cluster)


@pytest.mark.parametrize("way", [("a", "b"), ("b", "a")], ids=["a_to_b", "b_to_a"])
def test_two_nodes_that_do_not_reach_each_other_do_not_concern_the_third(
        cluster, network, prefix, dice, way):
    with pushing(cluster, prefix, "abc") as (load, _):
        part(network, [way])
        await_missing(cluster["a"], load.prefix, "b")
        await_missing(cluster["b"], load.prefix, "a")
        # c reaches both, and learns from them that each keeps points for the other.
        told = until(lambda: (lambda nodes: nodes["a"].points_hinted and nodes["b"].points_hinted
                              and nodes)(coverage(cluster["c"], load.prefix)))
        assert all(one.answered for one in told.values())
        everyones = sum(names_by_owner(cluster, prefix + "c.").values(), [])
        of_c = Load(cluster.schema, prefix + "c.", [], None)
        for _ in range(20):
            of_c.push(cluster["c"].client, points_of(everyones, dice))
        assert of_c.hinted == 0
        assert network.hit() > 0
        network.heal()
        load.await_streams(10)
    load.await_exact(cluster)
    of_c.await_exact(cluster)


def coverage(node, prefix: str) -> dict:
    report = node.client.summary(prefixes=[prefix])
    return {one.node_id: one for one in report.coverage.nodes}


def test_links_that_are_reset_again_and_again_lose_and_double_nothing(
        cluster, network, prefix):
    with pushing(cluster, prefix, "abc") as (load, _):
        for _ in range(5):
            for source, target in TO_B + FROM_B:
                network.reset(source, target)
            until(lambda: link(cluster["a"], "b").state != "live"
                  and link(cluster["b"], "c").state != "live")
            load.await_streams(3)
            assert network.hit() > 0
            network.heal()
            until(lambda: all(link(cluster[one], peer).state == "live"
                              for one, peer in ("ab", "cb", "ba", "bc")))
            load.await_streams(3)
    load.await_exact(cluster)
    assert sum(one.frames_resent for node in cluster for one in node.status().links) > 0


def test_lines_that_come_and_go_lose_and_double_nothing(cluster, network, prefix, dice):
    ways = TO_B + FROM_B + [("a", "c"), ("c", "a")]
    with pushing(cluster, prefix, "abc") as (load, _):
        for _ in range(8):
            part(network, dice.sample(ways, dice.randrange(1, 5)))
            load.await_streams(dice.randrange(1, 12))
            network.heal()
            load.await_streams(dice.randrange(1, 12))
    load.await_exact(cluster)


def test_one_packet_in_twenty_is_lost_but_no_point(cluster, network, prefix):
    with pushing(cluster, prefix, "abc") as (load, _):
        for source, target in TO_B + FROM_B + [("a", "c"), ("c", "a")]:
            network.lose(source, target, 0.05)
        until(lambda: network.hit() >= 100)
        load.await_streams(30)
        network.heal()
    load.await_exact(cluster)


def test_a_narrow_line_to_one_node_slows_only_its_own_points(cluster, network, prefix, dice):
    def wide_points(dice):
        # Nothing to intern and nothing to compress: most of a kilobyte a point.
        return [(f"{prefix}wide.{dice.randbytes(400).hex()}", 1.0) for _ in range(60)]

    wide = Load(cluster.schema, prefix + "wide.", [cluster[one].target for one in "ac"],
                wide_points)
    with pushing(cluster, prefix, "ac") as (load, _), wide:
        others = Others(cluster, prefix, dice)
        network.narrow("b", "1mbit")
        sent, begun = bytes_to_b(cluster), time.monotonic()
        others.keep_their_speed(TROUBLED_SECONDS)
        rate = (bytes_to_b(cluster) - sent) / (time.monotonic() - begun)
        print(f"{rate / 1000:.0f} kB/s to b")
        network.heal()
        load.await_streams(10)
        wide.await_streams(10)
    # The line was full, and is as narrow as it should be: 125 kB/s, and what waits before it.
    assert 50_000 < rate < 500_000
    load.await_exact(cluster)
    wide.await_exact(cluster)
    others.load.await_exact(cluster)


def bytes_to_b(cluster) -> int:
    return sum(link(cluster[one], "b").bytes_sent_compressed for one in "ac")


def test_delay_and_jitter_cost_time_and_no_point(cluster, network, prefix):
    with ExitStack() as stack:
        proxies = {
            node.id: stack.enter_context(SlowProxy(network.clients, node.peer, 0.05, 0.03))
            for node in cluster}
        cluster.others = {one: proxy.address for one, proxy in proxies.items()}
        cluster.write_peers()
        until(lambda: all(
            one.address == proxies[one.id].address for node in cluster
            for one in node.status().members if one.id != node.id))
        cluster.await_links()
        with pushing(cluster, prefix, "abc") as (load, watch):
            load.await_streams(60)
        load.await_exact(cluster)
        assert watch.complete > 0
        assert all(proxy.passed > 0 for proxy in proxies.values())
