// SPDX-License-Identifier: Apache-2.0
import Router

/// The clock that links count their pauses by: milliseconds since the program started, whatever
/// happens to the time of day.
enum LinkClock {
  private static let origin = ContinuousClock.now

  static var now: LinkTime {
    let elapsed = origin.duration(to: .now)
    let (seconds, attoseconds) = elapsed.components
    return LinkTime(milliseconds: seconds * 1000 + attoseconds / 1_000_000_000_000_000)
  }
}
