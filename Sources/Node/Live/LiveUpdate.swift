// SPDX-License-Identifier: Apache-2.0
import Protobuf
import RPC
import Router

/// One `telemetry.MetricUpdate`, framed and ready to be sent to any number of readers. Its bytes
/// count as untaken as long as any of them holds it.
final class LiveUpdate: Sendable {
  /// What its reader has then.
  let revision: UInt64
  /// The message behind its length prefix.
  let framed: [UInt8]
  private let memory: UntakenBytes

  private init(revision: UInt64, framed: [UInt8], memory: UntakenBytes) {
    self.revision = revision
    self.framed = framed
    self.memory = memory
  }

  /// - Parameters:
  ///   - head: a `telemetry.Report` without rows.
  ///   - intervals: since the update before.
  /// - Throws: RESOURCE_EXHAUSTED when slow readers hold too much already.
  static func make(
    _ difference: LiveReport.Difference, head: [UInt8], revision: UInt64, intervals: UInt64,
    memory: UntakenBytes
  ) throws(RPCError) -> LiveUpdate {
    let framed = frame { writer in
      writer.writeUnlessZero(difference.isFull, as: BoolField.self, field: 1)
      writer.write(raw: unsafe difference.changed.span.bytes)
      for key in difference.removed { writer.writeNested(field: 3, key) }
      writer.writeNested(field: 4, head)
      writer.writeUnlessZero(Int64(clamping: intervals), as: Int64Field.self, field: 5)
    }
    try memory.take(framed.count)
    return LiveUpdate(revision: revision, framed: framed, memory: memory)
  }

  deinit { memory.giveBack(framed.count) }

  private static func frame(_ body: (inout WireWriter) -> Void) -> [UInt8] {
    let size = WireWriter.encodedSize(body)
    return WireWriter.encode { writer in
      // Not compressed; the length is big-endian.
      writer.write(varint: 0)
      writer.write(fixed32: UInt32(clamping: size).byteSwapped)
      body(&writer)
    }
  }
}

extension WireWriter {
  fileprivate mutating func writeNested(field: Int, _ bytes: [UInt8]) {
    writeNested(field: field) { $0.write(raw: unsafe bytes.span.bytes) }
  }
}
