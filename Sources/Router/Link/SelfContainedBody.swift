// SPDX-License-Identifier: Apache-2.0

/// Bodies that bring all names they use: frames whose `dictionary` is 0.
public enum SelfContainedBody {
  /// The body of a frame with these rows. O(rows + names).
  ///
  /// - Precondition: there are rows.
  public static func encode(_ columns: FrameColumns) -> [UInt8] {
    fatalError("not written yet")
  }
}
