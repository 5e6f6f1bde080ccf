# SPDX-License-Identifier: Apache-2.0
"""Random messages, from Google's Python runtime to the generated code and back.

    python round_trip.py TESTEE [SEED]

TESTEE is the conformance testee. Messages of the telemetry schema and of every kind of field are
sent whole, which must come back equal; as a message that knows no field, which must come back byte
for byte; and mutated, where both runtimes must agree whether the bytes are a message, and which.
Prints its seed and what it did; exits 1 at the first difference. The `protobuf` package and protoc
are needed.
"""
import pathlib
import random
import struct
import subprocess
import sys
import tempfile

from google.protobuf import descriptor_pb2, descriptor_pool, message, message_factory

import random_messages

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


class Testee:
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
        if response.WhichOneof("result") != "protobuf":
            sys.exit(f"the testee answers {response}")
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


def main():
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else random.SystemRandom().randrange(2**32)
    rng = random.Random(seed)
    types = load_types()
    testee = Testee(sys.argv[1], types)
    counts = {"whole": 0, "mutated, a message": 0, "mutated, none": 0}

    def check(label, name, payload, expected, actual):
        if expected != actual:
            sys.exit(
                f"seed {seed}: {label}: {name} {payload.hex()}\n"
                f"python {expected and expected.hex()}\ntestee {actual and actual.hex()}"
            )

    for name in TYPES:
        kind = types[name]
        has_map = any(random_messages.is_map(field) for field in kind.DESCRIPTOR.fields)
        for _ in range(500):
            sent = kind()
            random_messages.fill(sent, rng)
            payload = sent.SerializeToString()
            back = testee.recode(name, payload)
            whole = sent.SerializeToString(deterministic=True)
            check("whole", name, payload, whole, back and canonical(kind, back) or back)
            unknown = testee.recode("tributary.test.Nothing", payload)
            check("unknown", name, payload, payload, unknown)
            counts["whole"] += 1
            for _ in range(3):
                mutated = mutate(payload, rng)
                back = testee.recode(name, mutated)
                expected = canonical(kind, mutated)
                actual = back if back is None else canonical(kind, back)
                # Python's runtime takes field number 0, which the conformance suite forbids.
                if actual is None and "legal field number" in testee.error:
                    continue
                # What becomes of unknown fields in a map's entry is up to the runtime.
                if has_map and expected is not None and actual is not None:
                    expected = actual
                check("mutated", name, mutated, expected, actual)
                counts["mutated, none" if back is None else "mutated, a message"] += 1
    print(f"round trips with seed {seed}: {counts}")


if __name__ == "__main__":
    main()
