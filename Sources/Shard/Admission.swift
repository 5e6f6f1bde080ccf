// SPDX-License-Identifier: Apache-2.0

/// Whether a point may come in, and at which time: rules only, no state but the clock it was made
/// with.
///
/// Times are whole Unix seconds. A point is accepted when `now - window < time <= now + grace`,
/// its value is not NaN and its name is UTF-8 of 1 to `nameBytesMax` bytes. Whether there is room
/// for a new series is the shard's to say.
@frozen
public struct Admission: Sendable {
  /// What became of a point.
  @frozen
  public enum Verdict: Sendable, Hashable {
    /// It may come in, at this time.
    case accepted(time: Int64)
    /// It may not.
    case rejected(RejectReason)
  }

  /// The clock points are judged by. Unix seconds.
  public let now: Int64
  @usableFromInline let oldestExclusive: Int64
  @usableFromInline let newest: Int64
  @usableFromInline let nameBytesMax: Int

  /// Rules as of `now`. Make a new one when the clock moves: once a turn of a loop, not a point.
  ///
  /// - Precondition: `now` is within 0...``ShardLimits/clockSecondsMax`` and `nameBytesMax` within
  ///   1...``ShardLimits/nameBytesMax``.
  public init(
    now: Int64, shape: WindowShape = .standard, nameBytesMax: Int = ShardLimits.nameBytesMaxDefault
  ) {
    precondition((0...ShardLimits.clockSecondsMax).contains(now), "clock out of range")
    precondition((1...ShardLimits.nameBytesMax).contains(nameBytesMax), "name limit out of range")
    self.now = now
    self.nameBytesMax = nameBytesMax
    oldestExclusive = max(-1, now - shape.windowSeconds)
    newest = now + shape.futureGraceSeconds
  }

  /// Judges one point; its name is `bytes[name]`. Time 0 becomes `now`. O(name), a few ns.
  @inlinable
  public func admit(_ bytes: RawSpan, name: Range<Int>, value: Double, time: Int64) -> Verdict {
    if value.isNaN { return .rejected(.valueNan) }
    if name.isEmpty { return .rejected(.nameEmpty) }
    if name.count > nameBytesMax { return .rejected(.nameTooLong) }
    if !UTF8Check.isValid(bytes, name) { return .rejected(.nameNotUTF8) }
    if time == 0 { return .accepted(time: now) }
    if time <= oldestExclusive { return .rejected(.timeTooOld) }
    if time > newest { return .rejected(reasonForNew(time)) }
    return .accepted(time: time)
  }

  /// Names the unit of a time that is only ahead because it is not in seconds.
  @usableFromInline
  func reasonForNew(_ time: Int64) -> RejectReason {
    if isPlausible(time / 1_000) { return .timeInMilliseconds }
    if isPlausible(time / 1_000_000) { return .timeInMicroseconds }
    if isPlausible(time / 1_000_000_000) { return .timeInNanoseconds }
    return .timeTooNew
  }

  /// Near now, or at least after 2001 and not ahead: a clock's reading, were it in seconds.
  private func isPlausible(_ time: Int64) -> Bool {
    time <= newest && (time > oldestExclusive || time >= Self.plausibleSeconds)
  }

  /// 2001-09-09. Smaller numbers are more likely seconds that lie ahead than milliseconds of 1970.
  private static var plausibleSeconds: Int64 { 1_000_000_000 }
}
