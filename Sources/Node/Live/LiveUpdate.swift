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

  /// - Parameter head: a `telemetry.Report` without rows.
  /// - Throws: RESOURCE_EXHAUSTED when slow readers hold too much already.
  static func make(
    _ step: LiveStep, head: [UInt8], memory: UntakenBytes
  ) throws(RPCError) -> LiveUpdate {
    let framed = frame { step.write(head: head, to: &$0) }
    try memory.take(framed.count)
    return LiveUpdate(revision: step.revision, framed: framed, memory: memory)
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
