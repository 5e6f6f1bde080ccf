# SPDX-License-Identifier: Apache-2.0
"""Random messages, from Google's Python runtime to the generated code and back.

The environment names the conformance testee (`TESTEE_BIN`, its path) and perhaps a seed
(`ROUND_TRIP_SEED`); a failure prints the seed. Python's `protobuf` and protoc are needed.
"""

import os
import pathlib
import random
import struct
import subprocess
import tempfile

import pytest
from google.protobuf import descriptor_pb2, descriptor_pool, message, message_factory

import random_messages

SEED = int(os.environ.get("ROUND_TRIP_SEED", random.SystemRandom().randrange(2**32)))
ROOT = pathlib.Path(__file__).resolve().parents[2]
ENVELOPE = b"""
syntax = "proto3";
package envelope;
message Request { oneof payload { bytes protobuf = 1; } int32 format = 3; string type = 4; }
message Response {
  oneof result { string parse_error = 1; string runtime_error = 2; bytes protobuf = 3;
                 string skipped = 5; }
}
"""
TYPES = ["telemetry.Point", "telemetry.Ack", "telemetry.SummaryRequest", "telemetry.Report"] + [
    "tributary.test." + name
    for name in ["Singles", "Optionals", "Repeats", "Choice", "Maps", "Nothing"]
]


def load_types():
    """The message classes, from the .proto files, by full name."""
    with tempfile.TemporaryDirectory() as directory:
        envelope = pathlib.Path(directory) / "envelope.proto"
        envelope.write_bytes(ENVELOPE)
        output = pathlib.Path(directory) / "set"
        includes = [ROOT / "Sources/Proto", ROOT / "Tests/ProtobufTests", directory]
        subprocess.run(
            ["protoc", *[f"-I{path}" for path in includes], f"--descriptor_set_out={output}"]
            + ["telemetry.proto", "kinds.proto", "envelope.proto"],
            check=True,
        )
        files = descriptor_pb2.FileDescriptorSet.FromString(output.read_bytes())
    pool = descriptor_pool.DescriptorPool()
    for file in files.file:
        pool.Add(file)
    names = TYPES + ["envelope.Request", "envelope.Response"]
    return {
        name: message_factory.GetMessageClass(pool.FindMessageTypeByName(name)) for name in names
    }


class OtherRuntime:
    """The other runtime: bytes in; bytes out, or None (no message), and `error` says why."""

    error = ""

    def __init__(self, path, types):
        self.process = subprocess.Popen([path], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self.request, self.response = types["envelope.Request"], types["envelope.Response"]

    def recode(self, name, payload):
        """The payload decoded and encoded as a message of that name."""
        request = self.request(protobuf=payload, format=1, type=name).SerializeToString()
        self.process.stdin.write(struct.pack("<I", len(request)) + request)
        self.process.stdin.flush()
        (size,) = struct.unpack("<I", self.process.stdout.read(4))
        response = self.response.FromString(self.process.stdout.read(size))
        if response.WhichOneof("result") == "parse_error":
            self.error = response.parse_error
            return None
        assert response.WhichOneof("result") == "protobuf", response
        return response.protobuf


def canonical(kind, payload):
    """The payload as Python would write it with maps in order; None when it is no message."""
    try:
        return kind.FromString(payload).SerializeToString(deterministic=True)
    except message.DecodeError:
        return None


def mutate(payload, rng):
    """Flips, inserts, removes or repeats something."""
    payload = bytearray(payload)
    for _ in range(rng.randrange(1, 4)):
        place = rng.randrange(len(payload) + 1)
        action = rng.randrange(4)
        if action == 0 and place < len(payload):
            payload[place] ^= 1 << rng.randrange(8)
        elif action == 1:
            payload.insert(place, rng.randrange(256))
        elif action == 2:
            del payload[place:]
        else:
            payload += payload[place:]
    return bytes(payload)


@pytest.fixture(scope="module")
def types():
    return load_types()


@pytest.fixture(scope="module")
def testee(types):
    started = OtherRuntime(os.environ["TESTEE_BIN"], types)
    yield started
    started.process.stdin.close()
    assert started.process.wait(timeout=10) == 0


def random_payloads(kind, count):
    """Random messages of a type, each with its bytes."""
    rng = random.Random(f"{SEED} {kind.DESCRIPTOR.full_name}")
    for _ in range(count):
        sent = kind()
        random_messages.fill(sent, rng)
        yield rng, sent, sent.SerializeToString()


@pytest.mark.parametrize("name", TYPES)
def test_a_message_comes_back_equal(name, types, testee):
    for _, sent, payload in random_payloads(types[name], 500):
        back = testee.recode(name, payload)
        assert back is not None, f"seed {SEED}: {testee.error}: {payload.hex()}"
        whole = sent.SerializeToString(deterministic=True)
        assert canonical(types[name], back) == whole, f"seed {SEED}: {payload.hex()}"


@pytest.mark.parametrize("name", TYPES)
def test_unknown_fields_come_back_byte_for_byte(name, types, testee):
    for _, _, payload in random_payloads(types[name], 200):
        back = testee.recode("tributary.test.Nothing", payload)
        assert back == payload, f"seed {SEED}"


@pytest.mark.parametrize("name", TYPES)
def test_both_runtimes_agree_on_mutated_bytes(name, types, testee):
    kind = types[name]
    has_map = any(random_messages.is_map(field) for field in kind.DESCRIPTOR.fields)
    for rng, _, payload in random_payloads(kind, 1000):
        mutated = mutate(payload, rng)
        expected = canonical(kind, mutated)
        back = testee.recode(name, mutated)
        # Python's runtime takes field number 0, which the conformance suite forbids.
        if back is None and "legal field number" in testee.error:
            continue
        assert (back is None) == (expected is None), f"seed {SEED}: {mutated.hex()}"
        # What becomes of unknown fields in a map's entry is up to the runtime.
        if back is not None and not has_map:
            assert canonical(kind, back) == expected, f"seed {SEED}: {mutated.hex()}"
