// SPDX-License-Identifier: Apache-2.0

/// The numbered frames of one lane, oldest first: those handled on the present stream, then those
/// to be sent again.
///
/// Frames get numbers from 1 in the order of first sending. Invariant: `frames[i]` has the number
/// `acked + 1 + i`.
struct SenderLane {
  private(set) var frames = FIFO<InFlightFrame>()
  /// The highest number acked or given up.
  private(set) var acked: UInt64 = 0
  /// How many of the first frames need not be sent any more on this stream.
  private(set) var sentCount = 0
  /// Bodies of those.
  private(set) var sentBytes = 0

  /// The number that the next new frame gets.
  var next: UInt64 { acked + UInt64(frames.count) + 1 }
  /// The highest number given to a frame.
  var last: UInt64 { next - 1 }
  var isEmpty: Bool { frames.isEmpty }
  var hasFramesToResend: Bool { sentCount < frames.count }
  var hasRoom: Bool { frames.count < RouterLimits.linkFramesInFlightMax }

  /// A new stream begins: all is to be sent again.
  mutating func restart() {
    sentCount = 0
    sentBytes = 0
  }

  /// The peer has applied frames up to this one, and its verdicts are about to come.
  mutating func skip(to applied: UInt64) {
    guard applied > acked else { return }
    sentCount = Int(applied - acked)
    sentBytes = (0..<sentCount).reduce(0) { $0 + frames[$1].bodyBytes }
  }

  /// The next frame to be sent again.
  var resending: InFlightFrame? { hasFramesToResend ? frames[sentCount] : nil }

  /// It was sent, in so many bytes.
  ///
  /// - Returns: how much longer it is than last time.
  mutating func resent(_ bodyBytes: Int) -> Int {
    let before = frames[sentCount].bodyBytes
    frames.update(sentCount) { $0.bodyBytes = bodyBytes }
    sentCount += 1
    sentBytes += bodyBytes
    return bodyBytes - before
  }

  /// A new frame was sent.
  mutating func sent(_ frame: InFlightFrame) {
    precondition(!hasFramesToResend && frame.sequence == next, "a frame out of order")
    frames.append(frame)
    sentCount += 1
    sentBytes += frame.bodyBytes
  }

  /// Takes the oldest frame off: acked, or given up.
  mutating func popFirst() -> InFlightFrame? {
    guard let frame = frames.popFirst() else { return nil }
    acked += 1
    if sentCount > 0 {
      sentCount -= 1
      sentBytes -= frame.bodyBytes
    }
    return frame
  }

  /// Hands out the tickets of all frames; there are none then.
  mutating func takeTickets() -> [FramePortion] {
    (0..<frames.count).flatMap { index in frames.update(index) { $0.portions.takeTickets() } }
  }
}
