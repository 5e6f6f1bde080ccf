// SPDX-License-Identifier: Apache-2.0

/// Ordered key-value pairs that travel before (leading) or after (trailing) the messages of a call.
///
/// Keys are lower-case ASCII (`0-9 a-z _ - .`); a key that ends in `-bin` carries any bytes, base64
/// on the wire only; every other value is printable ASCII. A key may occur more than once. Reserved
/// keys (`grpc-*`, pseudo headers) never appear here.
public struct Metadata: Sendable, Hashable {
  /// One pair: text for ordinary keys, bytes for `-bin` keys.
  public struct Entry: Sendable, Hashable {
    /// Lower-case key.
    public var key: String
    /// Decoded value: ASCII bytes of an ordinary value, raw bytes of a `-bin` value.
    public var value: [UInt8]

    /// Makes a pair.
    public init(key: String, value: [UInt8]) {
      self.key = key
      self.value = value
    }
  }

  /// The pairs in the order in which they were added or received.
  public var entries: [Entry]

  /// Makes empty metadata.
  public init() { entries = [] }

  /// Adds a text value.
  public mutating func append(_ key: String, _ value: String) {
    entries.append(Entry(key: key, value: Array(value.utf8)))
  }

  /// Adds a binary value; `key` must end in `-bin`.
  public mutating func append(_ key: String, bytes: [UInt8]) {
    precondition(key.hasSuffix("-bin"), "a binary value needs a key that ends in -bin")
    entries.append(Entry(key: key, value: bytes))
  }

  /// The first text value of `key`. O(n).
  public func first(_ key: String) -> String? {
    entries.first { $0.key == key }.map { String(decoding: $0.value, as: UTF8.self) }
  }

  /// The first value of `key` as bytes. O(n).
  public func firstBytes(_ key: String) -> [UInt8]? {
    entries.first { $0.key == key }?.value
  }
}
