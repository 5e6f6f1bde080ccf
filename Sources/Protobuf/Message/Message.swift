// SPDX-License-Identifier: Apache-2.0

/// A message generated from a `.proto` file.
///
/// The generated part is three members: ``decodeField(_:from:in:)``, ``encodeFields(to:)`` and
/// ``fieldName(_:)``. Everything else is derived from them. Fields that the definition does not
/// know are kept in ``unknownFields`` and written again.
public protocol Message: Sendable, Hashable {
  /// The name with its package, as in `telemetry.Point`.
  static var fullName: String { get }

  /// Fields that the definition does not know.
  var unknownFields: UnknownFields { get set }

  /// A message with every field at its default.
  init()

  /// The name of a field in the definition; nil when there is none with that number.
  static func fieldName(_ number: Int) -> String?

  /// Reads the value of `tag`.
  ///
  /// - Returns: false, having read nothing, when the field is unknown or not of that wire type.
  mutating func decodeField(
    _ tag: WireTag, from reader: inout WireReader, in bytes: RawSpan
  ) throws(DecodingError) -> Bool

  /// Writes all fields that are not at their default, then the unknown ones.
  func encodeFields(to writer: inout WireWriter)
}
