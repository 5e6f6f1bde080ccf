// SPDX-License-Identifier: Apache-2.0

/// An enumeration generated from a `.proto` file: a number with names. Numbers that have no name
/// here are kept, since a newer sender may know them.
public protocol OpenEnum: RawRepresentable, Sendable, Hashable, CustomStringConvertible
where RawValue == Int32 {
  /// The value with this number, named or not.
  init(rawValue: Int32)

  /// The values that have a name, in the order of their definition, aliases left out.
  static var namedValues: [Self] { get }

  /// The name in the definition; nil for a number that has none.
  var name: String? { get }
}

extension OpenEnum {
  /// The name, or the number where there is none.
  public var description: String { name ?? String(rawValue) }
}
