// SPDX-License-Identifier: Apache-2.0

/// The fields of a message that its definition does not know, as they came: tags and values, one
/// after another. They are written again behind the known ones.
@frozen
public struct UnknownFields: Sendable, Hashable {
  /// The tags and values.
  public private(set) var bytes: [UInt8] = []

  /// No unknown field.
  public init() {}

  /// Whether every field was known.
  public var isEmpty: Bool { bytes.isEmpty }

  /// Keeps one more tag and value, which lie at `range`.
  @usableFromInline
  mutating func append(_ source: RawSpan, _ range: Range<Int>) {
    unsafe source.extracting(range).withUnsafeBytes { unsafe bytes.append(contentsOf: $0) }
  }
}

extension WireWriter {
  /// Unknown fields, as they came.
  @inlinable
  public mutating func write(_ fields: UnknownFields) {
    if !fields.isEmpty { unsafe write(raw: fields.bytes.span.bytes) }
  }
}
