// SPDX-License-Identifier: Apache-2.0
public import Protobuf

/// What one reader of a live report is told: all that has changed since what it has.
public struct LiveStep: Sendable, Equatable {
  /// What its reader has then.
  public var revision: UInt64
  /// Since what its reader has; 0: that is nothing.
  public var intervals: UInt64
  /// The rows.
  public var difference: LiveReport.Difference

  /// Writes the fields of a `telemetry.MetricUpdate`. O(bytes).
  ///
  /// - Parameter head: a `telemetry.Report` without rows.
  public func write(head: [UInt8], to writer: inout WireWriter) {
    writer.writeUnlessZero(difference.isFull, as: BoolField.self, field: 1)
    writer.write(raw: unsafe difference.changed.span.bytes)
    for key in difference.removed { writer.writeNested(field: 3, key) }
    writer.writeNested(field: 4, head)
    writer.writeUnlessZero(Int64(clamping: intervals), as: Int64Field.self, field: 5)
  }
}

extension WireWriter {
  fileprivate mutating func writeNested(field: Int, _ bytes: [UInt8]) {
    writeNested(field: field) { $0.write(raw: unsafe bytes.span.bytes) }
  }
}
