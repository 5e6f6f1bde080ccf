# SPDX-License-Identifier: Apache-2.0
"""A peer of our own making: says what it likes on a link, by `peer.proto`."""

import queue
import struct

import grpc
from cluster import channel

LINK = "/telemetry.peer.v1.PeerService/Link"
SECONDS = 10


def crc32c(data: bytes) -> int:
    """CRC-32C (Castagnoli), bit by bit: RFC 3720, B.4."""
    checksum = 0xFFFFFFFF
    for byte in data:
        checksum ^= byte
        for _ in range(8):
            checksum = (checksum >> 1) ^ (0x82F63B78 if checksum & 1 else 0)
    return checksum ^ 0xFFFFFFFF


class FalsePeer:
    """A sender of frames to one node. Its words are well-formed unless a test spoils them."""

    def __init__(self, node, schema, node_id: str = "z", cluster: str = "test",
                 incarnation: int = 1, **hello):
        self.schema = schema
        self.words: queue.Queue = queue.Queue()
        self.channel = channel(node.peer)
        call = self.channel.stream_stream(
            LINK, request_serializer=bytes,
            response_deserializer=schema("LinkResponse").FromString)
        self.answers = call(iter(self.words.get, None), timeout=SECONDS)
        identity = schema("NodeIdentity")(id=node_id, incarnation=incarnation)
        chosen = {"cluster": cluster, "sender": identity, "window_seconds": 3600,
                  "resolution_seconds": 10, "live_first": 1, "hint_first": 1, **hello}
        self.say(hello=schema("LinkHello")(**chosen))

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.words.put(None)
        self.channel.close()

    def say(self, **kind) -> None:
        self.words.put(self.schema("LinkRequest")(**kind).SerializeToString())

    def say_bytes(self, message: bytes) -> None:
        self.words.put(message)

    def welcome(self):
        answer = next(self.answers)
        assert answer.WhichOneof("kind") == "welcome", answer
        return answer.welcome

    def frame(self, sequence: int = 1, body: bytes = b"", rows: int = 1, dictionary: int = 0,
              lane: int = 0, confirmed: int = 0, **fields):
        """A frame whose checksum is right."""
        summed = body + struct.pack("<QQQQQ", lane, sequence, confirmed, rows, dictionary)
        return self.schema("LinkFrame")(**{
            "lane": lane, "sequence": sequence, "confirmed": confirmed, "rows": rows,
            "dictionary": dictionary, "body": body, "checksum": crc32c(summed), **fields})

    def ending(self) -> grpc.RpcError:
        """The status with which the node ends the stream, whatever it says before."""
        try:
            for _ in self.answers:
                pass
        except grpc.RpcError as error:
            return error
        raise AssertionError("the stream ended well")


def refusal(error: grpc.RpcError) -> str:
    return dict(error.trailing_metadata() or ()).get("tributary-refusal", "")
