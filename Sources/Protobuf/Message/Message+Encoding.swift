// SPDX-License-Identifier: Apache-2.0

extension Message {
  /// The message's bytes; the same message gives the same bytes within one process, save that the
  /// order of a map's entries is the dictionary's.
  @inlinable
  public func encoded() -> [UInt8] {
    WireWriter.encode { encodeFields(to: &$0) }
  }

  /// How many bytes ``encoded()`` has. O(size of the message).
  @inlinable
  public var encodedSize: Int {
    WireWriter.encodedSize { encodeFields(to: &$0) }
  }
}
