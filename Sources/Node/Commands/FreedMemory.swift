// SPDX-License-Identifier: Apache-2.0
import CMalloc

/// What becomes of memory that is freed: a process keeps some of it for the next report, rather
/// than to have fresh pages for each, which cost more than what is written to them.
enum FreedMemory {
  /// The most that glibc takes: larger pieces are the system's, each time.
  private static let pieceBytesMax: Int32 = 32 << 20
  /// Kept at the end of each of glibc's heaps; a node gives it back when it trims.
  private static let keptBytes: Int32 = 64 << 20

  /// Must run before there is much to free: what is not set is guessed from what is freed.
  static func keep() {
    mallopt(M_MMAP_THRESHOLD, pieceBytesMax)
    mallopt(M_TRIM_THRESHOLD, keptBytes)
  }
}
