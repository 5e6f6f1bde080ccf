// SPDX-License-Identifier: Apache-2.0

/// Remembers which stream ids a client passed over.
///
/// Opening stream 5 closes the idle streams 1 and 3 for good (RFC 9113 5.1.1): HEADERS on one of
/// them afterwards are a connection error, where HEADERS on a stream that was open once may be
/// trailers that crossed with a reset. Only the last ``Limits/skippedRangesMax`` gaps are kept;
/// clients that number their streams without gaps need none.
struct SkippedStreams {
  /// What a HEADERS frame of the peer is.
  enum OnHeaders: Equatable {
    /// The first of a new stream.
    case opensStream
    /// On a stream that was opened before, or on one too old to tell.
    case belongsToOpened
    /// On an id that can never be used, skipped or of our own parity: answer with GOAWAY and
    /// PROTOCOL_ERROR.
    case protocolError
  }

  private var highest: UInt32 = 0
  /// Ids passed over, in rising order; both bounds are odd.
  private var gaps: [ClosedRange<UInt32>] = []

  init() {}

  /// A HEADERS frame came in on stream `id`. O(gaps), O(1) for consecutive ids.
  mutating func headersReceived(on id: UInt32) -> OnHeaders {
    guard id % 2 == 1 else { return .protocolError }
    guard id > highest else {
      return gaps.contains { $0.contains(id) } ? .protocolError : .belongsToOpened
    }
    let expected = highest == 0 ? 1 : highest + 2
    if id > expected {
      if gaps.count == Limits.skippedRangesMax { gaps.removeFirst() }
      gaps.append(expected...id - 2)
    }
    highest = id
    return .opensStream
  }
}
