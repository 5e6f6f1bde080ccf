// SPDX-License-Identifier: Apache-2.0

/// How long a window is, how finely old points leave it, and how far ahead points may lie.
///
/// All in whole seconds. A shape that exists is valid.
public struct WindowShape: Sendable, Hashable {
  /// The span a report covers, ending now.
  public let windowSeconds: Int64
  /// The span of a slice: old points leave the window in steps of so many seconds.
  public let resolutionSeconds: Int64
  /// Points up to so far ahead of the node's clock are taken.
  public let futureGraceSeconds: Int64

  /// An hour in slices of ten seconds, a minute ahead.
  public static let standard = WindowShape(
    uncheckedWindow: ShardLimits.windowSecondsDefault,
    resolution: ShardLimits.resolutionSecondsDefault,
    futureGrace: ShardLimits.futureGraceSecondsDefault)

  /// A shape, or what is wrong with it.
  ///
  /// - Throws: ``WindowShapeError`` when the resolution is not within 1...3600 s, the window is no
  ///   multiple of it or longer than a week, the grace is not within 0...3600 s, or the window
  ///   would take more than ``ShardLimits/slicesMax`` slices.
  public init(
    windowSeconds: Int64 = ShardLimits.windowSecondsDefault,
    resolutionSeconds: Int64 = ShardLimits.resolutionSecondsDefault,
    futureGraceSeconds: Int64 = ShardLimits.futureGraceSecondsDefault
  ) throws(WindowShapeError) {
    guard (1...ShardLimits.resolutionSecondsMax).contains(resolutionSeconds) else {
      throw .resolutionOutOfRange(seconds: resolutionSeconds)
    }
    guard (resolutionSeconds...ShardLimits.windowSecondsMax).contains(windowSeconds) else {
      throw .windowOutOfRange(seconds: windowSeconds, resolutionSeconds: resolutionSeconds)
    }
    guard windowSeconds % resolutionSeconds == 0 else {
      throw .windowNotMultiple(seconds: windowSeconds, resolutionSeconds: resolutionSeconds)
    }
    guard (0...ShardLimits.futureGraceSecondsMax).contains(futureGraceSeconds) else {
      throw .futureGraceOutOfRange(seconds: futureGraceSeconds)
    }
    self.init(
      uncheckedWindow: windowSeconds, resolution: resolutionSeconds,
      futureGrace: futureGraceSeconds)
    let slices = WindowGeometry.slicesNeeded(self)
    guard slices <= ShardLimits.slicesMax else { throw .tooManySlices(slices) }
  }

  private init(uncheckedWindow: Int64, resolution: Int64, futureGrace: Int64) {
    windowSeconds = uncheckedWindow
    resolutionSeconds = resolution
    futureGraceSeconds = futureGrace
  }
}

/// What is wrong with the numbers given for a ``WindowShape``.
public enum WindowShapeError: Error, Hashable, CustomStringConvertible {
  /// The resolution is not within 1...3600 s.
  case resolutionOutOfRange(seconds: Int64)
  /// The window is shorter than a slice or longer than a week.
  case windowOutOfRange(seconds: Int64, resolutionSeconds: Int64)
  /// The window is no whole number of slices.
  case windowNotMultiple(seconds: Int64, resolutionSeconds: Int64)
  /// The future grace is not within 0...3600 s.
  case futureGraceOutOfRange(seconds: Int64)
  /// The window would take more slices than ``ShardLimits/slicesMax``.
  case tooManySlices(Int)

  /// The fault in words, with the limit.
  public var description: String {
    switch self {
    case .resolutionOutOfRange(let seconds):
      "the resolution is \(seconds) s; it must be 1 to \(ShardLimits.resolutionSecondsMax) s"
    case .windowOutOfRange(let seconds, let resolution):
      "the window is \(seconds) s; it must be \(resolution) s (the resolution) to "
        + "\(ShardLimits.windowSecondsMax) s"
    case .windowNotMultiple(let seconds, let resolution):
      "the window of \(seconds) s is no multiple of the resolution of \(resolution) s"
    case .futureGraceOutOfRange(let seconds):
      "the future grace is \(seconds) s; it must be 0 to \(ShardLimits.futureGraceSecondsMax) s"
    case .tooManySlices(let slices):
      "the window takes \(slices) slices, more than \(ShardLimits.slicesMax); "
        + "use a coarser resolution"
    }
  }
}
