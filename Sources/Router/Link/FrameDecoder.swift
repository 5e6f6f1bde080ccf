// SPDX-License-Identifier: Apache-2.0

/// Reads the bodies of one stream's frames, and keeps the names it has been told.
///
/// It trusts nothing that a body says. A new stream begins with a new decoder; after a fault the
/// stream is over, and its decoder with it. Another dictionary number than the last begins an empty
/// table; 0 is a table of the frame's own and leaves the stream's alone.
public struct FrameDecoder {
  /// No names.
  public init() {}

  /// The rows of a frame: all of them, checked, or none.
  ///
  /// - Parameters:
  ///   - rows: as the frame states.
  ///   - dictionary: as the frame states.
  public mutating func decode(
    _ body: RawSpan, rows: UInt32, dictionary: UInt32
  ) throws(FrameFault) -> DecodedFrame {
    fatalError("not written yet")
  }
}
