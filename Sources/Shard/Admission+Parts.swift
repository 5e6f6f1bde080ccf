// SPDX-License-Identifier: Apache-2.0

/// The rules one by one, for points whose name is told once for many.
extension Admission {
  /// Judges a name alone. O(name).
  public func reasonAgainst(name: Range<Int>, in bytes: RawSpan) -> RejectReason? {
    if name.isEmpty { return .nameEmpty }
    if name.count > nameBytesMax { return .nameTooLong }
    return UTF8Check.isValid(bytes, name) ? nil : .nameNotUTF8
  }

  /// Judges value and time of a point whose name may come in. Time 0 becomes `now`. O(1).
  @inlinable @inline(__always)
  public func admit(value: Double, time: Int64) -> Verdict {
    if value.isNaN { return .rejected(.valueNan) }
    if time == 0 { return .accepted(time: now) }
    if time <= oldestExclusive { return .rejected(.timeTooOld) }
    if time > newest { return .rejected(reasonForNew(time)) }
    return .accepted(time: time)
  }
}
