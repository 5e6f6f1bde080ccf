// SPDX-License-Identifier: Apache-2.0
public import Shard

/// The span of time that an answer covers.
///
/// An answer as of now has no upper end: points may lie a little ahead. One as of an earlier time
/// ends with the slice of that time, and one up to `to` with the last slice wholly before it.
public struct QuestionSpan: Sendable, Hashable {
  /// When the answer is as of, Unix seconds.
  public let asOf: Int64
  /// Points after this time are in the answer, Unix seconds ...
  public let from: Int64
  /// ... and up to this one, to the resolution.
  public let to: Int64
  /// Of which slices the answer is made: those all of whose seconds come after this; nil: those of
  /// the window.
  public let slicesFrom: Int64?
  /// Those that end then or before; nil: all.
  public let slicesTo: Int64?

  /// It names no end: points that lie ahead of its time count, too.
  public let isOpen: Bool

  /// The seconds covered, of those that the node's window has.
  public let windowSeconds: Int64

  /// The seconds covered.
  public var seconds: Int64 { to - from }

  /// The span of a question, or what is wrong with it.
  ///
  /// - Parameters:
  ///   - windowSeconds: the span's length; 0: the node's window, or what `from` says.
  ///   - from: its beginning, Unix seconds; 0: by `windowSeconds`. May be older than the window by
  ///     one slice at most: clocks differ.
  ///   - to: its end; 0: as of when the answer is.
  ///   - asOf: within the window; 0: now.
  ///   - walkAsOf: when the first page was asked for, if this is a later one.
  ///   - now: the node's clock.
  /// - Throws: ``QuestionSpanError``.
  public init(
    windowSeconds: Int64, from: Int64, to: Int64, asOf: Int64, walkAsOf: Int64? = nil,
    shape: WindowShape, now: Int64
  ) throws(QuestionSpanError) {
    let (oldest, resolution) = (now - shape.windowSeconds, shape.resolutionSeconds)
    guard (0...shape.windowSeconds).contains(windowSeconds) else {
      throw QuestionSpanError(
        "window_seconds is \(windowSeconds); it must be 0 to \(shape.windowSeconds), the node's "
          + "window")
    }
    guard from == 0 || windowSeconds == 0 else {
      throw QuestionSpanError("from and window_seconds both say where the span begins")
    }
    guard asOf == 0 || (oldest + 1...now).contains(asOf) else {
      throw QuestionSpanError(
        "as_of is \(asOf); it must lie in the node's window, after \(oldest) and up to \(now), or "
          + "be 0 for now")
    }
    if let walkAsOf, !(oldest + 1...now + ShardLimits.clockSkewSeconds).contains(walkAsOf) {
      throw QuestionSpanError(
        "page_token is as of \(walkAsOf), which is not in the node's window; begin with an empty "
          + "one"
      )
    }
    let end = asOf != 0 ? asOf : walkAsOf ?? now
    guard to == 0 || (oldest + 1...end).contains(to) else {
      throw QuestionSpanError(
        "to is \(to); it must lie in the node's window, after \(oldest) and up to \(end), or be 0")
    }
    self.asOf = end
    self.to = to != 0 ? to : end
    guard from == 0 || (max(0, oldest - resolution)..<self.to).contains(from) else {
      throw QuestionSpanError(
        "from is \(from); it must be \(oldest) or later, where the node's window begins, and "
          + "before \(self.to), where the span ends")
    }
    let length = windowSeconds == 0 ? shape.windowSeconds : windowSeconds
    self.from = from != 0 ? from : self.to - length
    self.windowSeconds = min(self.to - self.from, shape.windowSeconds)
    isOpen = asOf == 0 && to == 0
    let isPlain = asOf == 0 && walkAsOf == nil && to == 0
    if from != 0 {
      slicesFrom = from
    } else {
      // The slice that has the span's first second counts, as it does when the answer is as of now.
      slicesFrom =
        isPlain ? nil : max(0, self.to - length + 1) / resolution * resolution - 1
    }
    if to != 0 {
      slicesTo = to
    } else if isPlain {
      slicesTo = nil
    } else {
      // A later page has what the first could have: points ahead of its time, too.
      let ahead =
        asOf == 0 ? shape.futureGraceSeconds + ShardLimits.clockSkewSeconds : 0
      slicesTo = ((end + ahead) / resolution + 1) * resolution - 1
    }
  }
}

/// What is wrong with the span of a question, for people; it names the limits.
public struct QuestionSpanError: Error, Hashable, CustomStringConvertible {
  /// The fault in words.
  public let description: String

  init(_ description: String) { self.description = description }
}
