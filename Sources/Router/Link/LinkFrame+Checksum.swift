// SPDX-License-Identifier: Apache-2.0
public import Proto

extension LinkFrame {
  /// What `checksum` has to be: CRC-32C of the body, then of lane, sequence, confirmed, rows and
  /// dictionary, each as eight bytes, the lowest first. O(body).
  public var expectedChecksum: UInt32 {
    var checksum = CRC32C()
    unsafe checksum.update(body.span.bytes)
    checksum.update(UInt64(truncatingIfNeeded: lane.rawValue))
    checksum.update(sequence)
    checksum.update(confirmed)
    checksum.update(UInt64(rows))
    checksum.update(UInt64(dictionary))
    return checksum.value
  }
}
