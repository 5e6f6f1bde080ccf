// SPDX-License-Identifier: Apache-2.0
internal import Proto

/// Tells of most series that they have none of certain names, by their hashes alone: a scan looks at
/// 16 B of each instead of its name.
struct NameFilter {
  private let hashes: [UInt64]?
  /// Bits of those that may be chosen, by six bits of the names' hashes.
  private let mask: UInt64

  /// - Parameter hashes: of the names; nil: any.
  init(_ hashes: [UInt64]?) {
    self.hashes = hashes
    mask = hashes?.reduce(0) { $0 | NameFilter.bit($1) } ?? .max
  }

  private static func bit(_ hash: UInt64) -> UInt64 { 1 << (hash >> 32 & 63) }

  /// Whether a series with this hash may have one of the names. O(1) mostly, O(names) at worst.
  @inline(__always)
  func mayChoose(_ hash: UInt64) -> Bool {
    guard NameFilter.bit(hash) & mask != 0 else { return false }
    return hashes?.contains { SeriesKey.mayShareName($0, hash) } ?? true
  }
}
