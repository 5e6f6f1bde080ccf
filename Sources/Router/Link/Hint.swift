// SPDX-License-Identifier: Apache-2.0

/// Points kept for a peer that is away: a frame's body that brings its own names.
public struct Hint: Sendable, Hashable {
  /// Readable by ``FrameDecoder`` as of dictionary 0.
  public let body: [UInt8]
  /// Points in it.
  public let rows: Int
  /// The latest time among them, Unix seconds.
  public let newestTime: Int64

  init(body: [UInt8], rows: Int, newestTime: Int64) {
    self.body = body
    self.rows = rows
    self.newestTime = newestTime
  }
}
