// SPDX-License-Identifier: Apache-2.0

/// Why metadata cannot be sent. An application's mistake, found before anything is on the wire.
public enum MetadataError: Error, Sendable, Hashable {
  /// The key is empty or has a character other than `0-9 a-z _ - .`.
  case keyIllegal(String)
  /// The key belongs to HTTP/2 or gRPC.
  case keyReserved(String)
  /// The value of this text key has a byte outside space and printable ASCII, or white space at an
  /// end, which HTTP takes off on the way.
  case valueIllegal(key: String)
}

extension Metadata {
  /// What became of a received field.
  enum OnField: Equatable {
    case kept
    /// Not custom metadata: see ``HeaderField/isReserved(_:)``.
    case reserved
    /// HTTP/2 allows the name, gRPC does not.
    case droppedForName
    /// Text outside printable ASCII: the specification lets a receiver throw it away, and kept it
    /// could not be echoed.
    case droppedForText
    /// A `-bin` value, or one of several joined by commas, that is no base64.
    case droppedForBase64
  }

  /// Takes in a received header or trailer field. A `-bin` field may be several values joined with
  /// commas; each becomes an entry, or all are dropped. White space around a value is taken off.
  @discardableResult
  mutating func receive(_ field: HeaderField) -> OnField {
    if HeaderField.isReserved(field.name) { return .reserved }
    guard HeaderField.isLegalName(field.name) else { return .droppedForName }
    if field.name.hasSuffix("-bin") { return receiveBinary(field) }
    let text = field.value.trimmingWhiteSpace()
    guard HeaderField.isLegalText(text) else { return .droppedForText }
    entries.append(Entry(key: field.name, value: Array(text)))
    return .kept
  }

  private mutating func receiveBinary(_ field: HeaderField) -> OnField {
    var values: [Entry] = []
    let parts = field.value.split(separator: UInt8(ascii: ","), omittingEmptySubsequences: false)
    for part in parts {
      guard let bytes = Base64.decode(part.trimmingWhiteSpace()) else { return .droppedForBase64 }
      values.append(Entry(key: field.name, value: bytes))
    }
    entries.append(contentsOf: values)
    return .kept
  }

  /// The fields to send, `-bin` values in base64. Complexity: O(bytes).
  func fields() throws(MetadataError) -> [HeaderField] {
    var fields: [HeaderField] = []
    fields.reserveCapacity(entries.count)
    for entry in entries {
      guard HeaderField.isLegalName(entry.key) else { throw .keyIllegal(entry.key) }
      if HeaderField.isReserved(entry.key) { throw .keyReserved(entry.key) }
      if entry.key.hasSuffix("-bin") {
        fields.append(HeaderField(entry.key, Base64.encode(entry.value)))
      } else {
        guard HeaderField.isLegalText(entry.value),
          entry.value.trimmingWhiteSpace().count == entry.value.count
        else { throw .valueIllegal(key: entry.key) }
        fields.append(HeaderField(entry.key, entry.value))
      }
    }
    return fields
  }
}

extension BidirectionalCollection<UInt8> where SubSequence: BidirectionalCollection<UInt8> {
  /// Without spaces and tabs at both ends.
  func trimmingWhiteSpace() -> SubSequence {
    func isWhiteSpace(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 }
    var trimmed = drop(while: isWhiteSpace)
    while let last = trimmed.last, isWhiteSpace(last) { trimmed = trimmed.dropLast() }
    return trimmed
  }
}
