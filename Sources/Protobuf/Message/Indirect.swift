// SPDX-License-Identifier: Apache-2.0

/// Holds a value out of line, so that a message may contain its own type.
@frozen
public indirect enum Indirect<Value: Sendable & Hashable>: Sendable, Hashable {
  /// The value.
  case value(Value)

  /// Holds `value`.
  @inlinable
  public init(_ value: Value) { self = .value(value) }

  /// The value held.
  @inlinable
  public var value: Value {
    switch self {
    case .value(let value): value
    }
  }
}
