// SPDX-License-Identifier: Apache-2.0

/// Walks a run of length-prefixed, uncompressed messages without copying them.
///
/// Runs come from the deframer, which has read every prefix: one that does not fit is a bug here,
/// not the peer's fault, and traps.
@frozen
public struct MessageFrames {
  /// Where the next prefix starts.
  @usableFromInline var offset: Int
  @usableFromInline let end: Int

  /// Walks `range` of a span given to ``BulkSink/received(_:range:windowBytes:)``.
  @inlinable
  public init(_ range: Range<Int>) {
    offset = range.lowerBound
    end = range.upperBound
  }

  /// The bytes of the next message, or nil at the end. O(1).
  @inlinable
  public mutating func next(in run: RawSpan) -> Range<Int>? {
    guard offset < end else { return nil }
    let start = offset + 5
    precondition(start <= end && end <= run.byteCount, "a prefix past the run")
    // Within the span: compared just above.
    let word = unsafe run.unsafeLoadUnaligned(fromUncheckedByteOffset: offset + 1, as: UInt32.self)
    let stop = start + Int(UInt32(bigEndian: word))
    precondition(stop <= end, "a message past the run")
    offset = stop
    return start..<stop
  }
}
