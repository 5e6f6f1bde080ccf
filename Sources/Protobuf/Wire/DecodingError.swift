// SPDX-License-Identifier: Apache-2.0

/// Bytes that are no message: what is wrong, where, and in which field.
public struct DecodingError: Error, Sendable, Hashable {
  /// What is wrong.
  public enum Reason: Sendable, Hashable {
    /// The bytes end within a value, or a length reaches past the end of what contains it.
    case truncated
    /// A varint has more than ten bytes, or that of a tag or a length more than five.
    case varintTooLong
    /// A tag has the field number 0 or one beyond 2^29 - 1.
    case fieldNumberInvalid
    /// A tag has the wire type 6 or 7, which do not exist.
    case wireTypeInvalid
    /// A group ends that did not start, or under another field number.
    case groupEndUnmatched
    /// Messages and groups lie within one another deeper than ``WireLimits/nestingDepthMax``.
    case nestedTooDeep
    /// A string is not UTF-8.
    case stringNotUTF8
  }

  /// What is wrong.
  public let reason: Reason
  /// Where: an offset from the start of the bytes given to the decoder.
  public let offset: Int
  /// The fields around the place, outermost first; numbers where a field is unknown.
  public internal(set) var path: [String]

  /// An error that is in no field yet.
  public init(_ reason: Reason, offset: Int, path: [String] = []) {
    self.reason = reason
    self.offset = offset
    self.path = path
  }

  /// The same error, seen from the message around it.
  public func within(_ field: String) -> DecodingError {
    DecodingError(reason, offset: offset, path: [field] + path)
  }
}

extension DecodingError: CustomStringConvertible {
  /// One line for people: what, where, in which field.
  public var description: String {
    let place = path.isEmpty ? "" : " in field \(path.joined(separator: "."))"
    return "\(reason) at byte \(offset)\(place)"
  }
}

extension DecodingError.Reason: CustomStringConvertible {
  /// What is wrong, for people.
  public var description: String {
    switch self {
    case .truncated: "the bytes end within a value"
    case .varintTooLong: "a varint has more bytes than its kind may have"
    case .fieldNumberInvalid: "a tag has no legal field number"
    case .wireTypeInvalid: "a tag has a wire type that does not exist"
    case .groupEndUnmatched: "a group ends that did not start"
    case .nestedTooDeep: "messages nest deeper than \(WireLimits.nestingDepthMax)"
    case .stringNotUTF8: "a string is not UTF-8"
    }
  }
}
