// SPDX-License-Identifier: Apache-2.0

/// Writes the bodies of one stream's frames, and knows which names its receiver has been told.
///
/// Every body must be sent, in the order of encoding: what it tells is not told again. A new stream
/// begins with a new encoder. Frames of another dictionary than the last one's begin anew.
public struct FrameEncoder {
  /// Nothing told.
  public init() {}

  /// The body of a frame with these rows, whose `dictionary` is `columns.dictionary.number`.
  /// O(rows + names told).
  ///
  /// - Precondition: there are rows.
  public mutating func encode(_ columns: FrameColumns) -> [UInt8] {
    fatalError("not written yet")
  }
}
