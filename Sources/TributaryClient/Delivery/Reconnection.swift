// SPDX-License-Identifier: Apache-2.0
internal import RPC

/// Which endpoint is next, when, and when no more: what a client does after a stream has ended.
struct Reconnection {
  typealias Endpoint = TributaryClient.Endpoint

  private let endpoints: [Endpoint]
  private var turn = 0
  private var backoff: Backoff
  private let giveUpAfter: Duration?
  /// Since when there was no progress; nil: there was, at the last attempt.
  private var stuckSince: ContinuousClock.Instant?
  /// Endpoints in a row that refused for good.
  private var refusals = 0
  /// Attempts in a row that brought no ack.
  private(set) var failures = 0

  /// - Parameters:
  ///   - endpoints: in the order in which they are tried; at least one.
  ///   - giveUpAfter: nil: never.
  init(_ endpoints: [Endpoint], backoff: Backoff, giveUpAfter: Duration? = nil) {
    precondition(!endpoints.isEmpty, "a client needs an endpoint")
    self.endpoints = endpoints
    self.backoff = backoff
    self.giveUpAfter = giveUpAfter
  }

  var endpoint: Endpoint { endpoints[turn % endpoints.count] }

  /// Whether every endpoint has failed since one last took a batch.
  var allFailed: Bool { failures >= endpoints.count }

  enum OnEnd: Equatable {
    /// The next endpoint is tried after the wait.
    case again(wait: Duration)
    /// All endpoints have refused for good, one after the other.
    case refused
    /// No endpoint has brought an ack for too long.
    case givenUp
  }

  /// A stream, or the attempt to open one, is over.
  ///
  /// - Parameters:
  ///   - hadProgress: it has brought an ack.
  ///   - since: when the attempt began.
  ///   - random: from 0 to 1.
  mutating func ended(
    _ status: RPCStatus, hadProgress: Bool, since: ContinuousClock.Instant,
    now: ContinuousClock.Instant, random: Double
  ) -> OnEnd {
    turn += 1
    if hadProgress {
      backoff.succeeded()
      refusals = 0
      failures = 0
      stuckSince = nil
      // A node that drains or grows old is left at once; its stream did well.
      return .again(wait: .zero)
    }
    failures += 1
    refusals = Self.isForGood(status.code) ? refusals + 1 : 0
    if refusals >= endpoints.count { return .refused }
    let stuckSince = stuckSince ?? since
    self.stuckSince = stuckSince
    let wait = backoff.failed(random: random)
    if let giveUpAfter, now + wait >= stuckSince + giveUpAfter { return .givenUp }
    return .again(wait: wait)
  }

  /// Asking again would bring the same answer.
  private static func isForGood(_ code: RPCStatus.Code) -> Bool {
    switch code {
    case .unimplemented, .unauthenticated, .permissionDenied: true
    default: false
    }
  }
}
