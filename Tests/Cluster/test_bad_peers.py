# SPDX-License-Identifier: Apache-2.0
"""What a peer must not say: refused by name, nothing applied, and counted."""

import os
import random
import socket
import struct
import time

import grpc
import pytest
from peers import FalsePeer, refusal
from telemetry import until

NAME = b"false.metric"


def varint(number: int) -> bytes:
    text = b""
    while number >= 0x80:
        text += bytes([number & 0x7F | 0x80])
        number >>= 7
    return text + bytes([number])


def body(new: int = 1, row_id: int = 0) -> bytes:
    """One row as FrameBody lays it out: names, then ids, values and times, without any plane."""
    names = bytes([new]) + (bytes([len(NAME)]) + NAME) * new
    ids = b"\0" + struct.pack("<Q", row_id)
    values = b"\0\0" + struct.pack("<d", 1.0)
    times = b"\0" + varint(2 * int(time.time())) + varint(1)
    return b"\1" + names + ids + values + times


def spoiled_checksum(peer: FalsePeer) -> None:
    frame = peer.frame(body=body())
    frame.checksum ^= 1
    peer.say(frame=frame)


def gap(peer: FalsePeer) -> None:
    peer.say(frame=peer.frame(sequence=2, body=body()))


def sequence_zero(peer: FalsePeer) -> None:
    peer.say(frame=peer.frame(sequence=0, body=body()))


def rows_without_end(peer: FalsePeer) -> None:
    peer.say(frame=peer.frame(rows=0xFFFFFFFF, body=body()))


def body_without_end(peer: FalsePeer) -> None:
    peer.say(frame=peer.frame(body=bytes(3 << 19)))


def body_of_nothing(peer: FalsePeer) -> None:
    peer.say(frame=peer.frame(body=b""))


def random_body(peer: FalsePeer) -> None:
    peer.say(frame=peer.frame(body=b"\x01" + random.Random(5).randbytes(200), rows=7))


def unknown_layout(peer: FalsePeer) -> None:
    peer.say(frame=peer.frame(body=b"\xee" + body()[1:]))


def unknown_name(peer: FalsePeer) -> None:
    peer.say(frame=peer.frame(dictionary=1, body=body(new=0, row_id=77)))


def unasked_confirmation(peer: FalsePeer) -> None:
    peer.say(frame=peer.frame(body=body(), confirmed=1))


def unknown_lane(peer: FalsePeer) -> None:
    peer.say(frame=peer.frame(body=body(), lane=9))


def second_hello(peer: FalsePeer) -> None:
    peer.say(hello=peer.schema("LinkHello")(cluster="test"))


def no_message(peer: FalsePeer) -> None:
    peer.say_bytes(b"\xff" * 40)


def empty_message(peer: FalsePeer) -> None:
    peer.say_bytes(b"")


BAD = {
    spoiled_checksum: "checksum", gap: "gap", sequence_zero: "gap",
    rows_without_end: "too-large", body_without_end: "too-large", body_of_nothing: "malformed",
    random_body: "malformed", unknown_layout: "malformed", unknown_name: "unknown-name",
    unasked_confirmation: "protocol", unknown_lane: "malformed", second_hello: "protocol",
    no_message: "malformed", empty_message: "malformed",
}


@pytest.mark.parametrize("spoil", BAD, ids=lambda spoil: spoil.__name__)
def test_a_bad_frame_ends_its_stream_by_name(cluster, peer_schema, spoil):
    node, kind = cluster["a"], BAD[spoil]
    before = node.status()
    with FalsePeer(node, peer_schema) as peer:
        assert peer.welcome().receiver.id == "a"
        spoil(peer)
        error = peer.ending()
    assert refusal(error) == kind, error
    assert error.details(), "people are told, too"
    after = until(lambda: (lambda status: status.refusals.get(kind, 0)
                           > before.refusals.get(kind, 0) and status)(node.status()))
    assert after.ledger.from_peers_applied == before.ledger.from_peers_applied
    assert after.series == before.series
    assert not node.client.series(NAME.decode())


def test_a_message_larger_than_any_frame_is_not_even_read(cluster, peer_schema):
    node = cluster["a"]
    before = node.status().refusals.get("too-large", 0)
    with FalsePeer(node, peer_schema) as peer:
        peer.welcome()
        peer.say_bytes(bytes(64 << 20))
        assert peer.ending().code() == grpc.StatusCode.RESOURCE_EXHAUSTED
    until(lambda: node.status().refusals.get("too-large", 0) > before, 5)
    assert node.client.summary(names=["none"]).as_of > 0


@pytest.mark.parametrize("hello, kind", [
    ({"cluster": "other"}, "wrong-cluster"), ({"receiver_id": "b"}, "wrong-receiver"),
    ({"window_seconds": 60}, "window-differs"), ({"resolution_seconds": 1}, "window-differs"),
    ({"node_id": "no id!"}, "malformed"), ({"node_id": "a"}, "wrong-receiver"),
    ({"node_id": "b"}, "stale-incarnation"),
])
def test_a_stranger_is_refused_at_its_hello(cluster, peer_schema, hello, kind):
    node = cluster["a"]
    before = node.status().refusals.get(kind, 0)
    with FalsePeer(node, peer_schema, **hello) as peer:
        error = peer.ending()
    assert refusal(error) == kind, error
    until(lambda: node.status().refusals.get(kind, 0) > before)


def test_raw_bytes_on_the_peer_port_harm_nobody(cluster, prefix):
    dice = random.Random(1)
    host, port = cluster["b"].peer.rsplit(":", 1)
    for _ in range(50):
        with socket.create_connection((host, int(port))) as stranger:
            stranger.sendall(dice.choice([
                os.urandom(500), b"GET / HTTP/1.1\r\n\r\n", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
                bytes(9000)]))
    ack = cluster["a"].client.push([(f"{prefix}{number}", 1.0) for number in range(300)])
    assert (ack.points_received, ack.points_hinted) == (300, 0)
    for node in cluster:
        assert sum(one.count for one in node.client.series(prefix).values()) == 300


def test_a_good_frame_after_all_is_applied_once(cluster, peer_schema):
    node = cluster["a"]
    with FalsePeer(node, peer_schema, incarnation=9) as peer:
        assert peer.welcome().live_applied == 0
        frame = peer.frame(body=body())
        peer.say(frame=frame)
        assert next(peer.answers).ack.applied == 1
        peer.say(frame=frame)  # As after a lost ack.
        assert next(peer.answers).ack.applied == 1
    assert node.client.series(NAME.decode())[NAME.decode()].count == 1
