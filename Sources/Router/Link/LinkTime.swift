// SPDX-License-Identifier: Apache-2.0

/// A reading of a clock that never goes back, in milliseconds since an origin of the caller's.
public struct LinkTime: Sendable, Hashable, Comparable {
  /// Milliseconds since the origin.
  public var milliseconds: Int64

  /// A reading as given.
  public init(milliseconds: Int64) { self.milliseconds = milliseconds }

  /// Earlier.
  public static func < (left: LinkTime, right: LinkTime) -> Bool {
    left.milliseconds < right.milliseconds
  }

  /// So many milliseconds later.
  public static func + (time: LinkTime, milliseconds: Int64) -> LinkTime {
    LinkTime(milliseconds: time.milliseconds + milliseconds)
  }

  /// Milliseconds between two readings.
  public static func - (left: LinkTime, right: LinkTime) -> Int64 {
    left.milliseconds - right.milliseconds
  }
}
