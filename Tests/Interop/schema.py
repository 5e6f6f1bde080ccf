# SPDX-License-Identifier: Apache-2.0
"""Message classes straight from .proto files, each set in a pool of its own."""

import tempfile
from pathlib import Path

from google.protobuf import descriptor_pb2, descriptor_pool, message_factory
import grpc_tools
from grpc_tools import protoc

ROOT = Path(__file__).resolve().parents[2]
# google/protobuf/*.proto
WELL_KNOWN = Path(grpc_tools.__file__).parent / "_proto"


class Schema:
    """The messages of some .proto files; `schema("Point")` is a class."""

    def __init__(self, folder: Path, package: str):
        self.package = package
        files = sorted(str(path.relative_to(folder)) for path in folder.rglob("*.proto"))
        with tempfile.NamedTemporaryFile() as out:
            arguments = ["", f"-I{folder}", f"-I{WELL_KNOWN}", "--include_imports",
                         f"--descriptor_set_out={out.name}"]
            if protoc.main(arguments + files) != 0:
                raise ValueError(f"protoc refuses the files of {folder}")
            found = descriptor_pb2.FileDescriptorSet.FromString(out.read())
        self.pool = descriptor_pool.DescriptorPool()
        for file in found.file:
            self.pool.Add(file)

    def __call__(self, name: str):
        found = self.pool.FindMessageTypeByName(f"{self.package}.{name}")
        return message_factory.GetMessageClass(found)

    def enum(self, name: str) -> dict[str, int]:
        found = self.pool.FindEnumTypeByName(f"{self.package}.{name}")
        return {value.name: value.number for value in found.values}


def telemetry() -> Schema:
    return Schema(ROOT / "Sources" / "Proto", "telemetry")


def peer() -> Schema:
    return Schema(ROOT / "Sources" / "Proto", "telemetry.peer.v1")


def metrics() -> Schema:
    return Schema(ROOT / "Sources" / "Proto", "metrics.v1")


def testing() -> Schema:
    return Schema(ROOT / "Sources" / "Interop" / "Protos", "grpc.testing")


ORIGINAL = """
syntax = "proto3";
package telemetry;
message Point { string metric = 1; double value = 2; int64 timestamp = 3; }
message Ack { int32 points_received = 1; }
message Empty {}
message MetricSummary { int32 count = 1; double sum = 2; double avg = 3; double min = 4;
  double max = 5; }
message Report { map<string, MetricSummary> metrics = 1; }
service TelemetryService {
  rpc PushPoints(stream Point) returns (Ack);
  rpc Summary(Empty) returns (Report);
}
"""


def original() -> Schema:
    """The contract that clients of the first hour hold."""
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "original.proto").write_text(ORIGINAL)
        return Schema(Path(folder), "telemetry")
