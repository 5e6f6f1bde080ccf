// SPDX-License-Identifier: Apache-2.0
import RPC
import Testing

@testable import TributaryClient

@Suite("Where a client goes next, and when")
struct ReconnectionTests {
  private let endpoints = ["a:1", "b:2"].compactMap(TributaryClient.Endpoint.init)

  private func reconnection(giveUpAfter: Duration? = nil) -> Reconnection {
    Reconnection(
      endpoints, backoff: Backoff(first: .seconds(1), longest: .seconds(4)),
      giveUpAfter: giveUpAfter)
  }

  @Test("bounds double up to the longest, and any share of them is waited")
  func backoff() {
    var backoff = Backoff(first: .seconds(1), longest: .seconds(4))
    #expect(
      (0..<4).map { _ in backoff.failed(random: 1) } == [
        .seconds(1), .seconds(2), .seconds(4), .seconds(4),
      ])
    #expect(backoff.failed(random: 0.25) == .seconds(1))
    backoff.succeeded()
    #expect(backoff.failed(random: 0.5) == .milliseconds(500))
  }

  @Test("each failure goes to the next endpoint; when all have failed that is known")
  func turns() {
    var next = reconnection()
    let away = RPCStatus(.unavailable, "away")
    #expect(next.endpoint == endpoints[0])
    #expect(
      next.end(away, false, random: 1) == .again(wait: .seconds(1)))
    #expect(next.endpoint == endpoints[1] && !next.allFailed)
    #expect(
      next.end(away, false, random: 1) == .again(wait: .seconds(2)))
    #expect(next.endpoint == endpoints[0] && next.allFailed)
  }

  @Test("a stream that did well is followed by another at once")
  func progress() {
    var next = reconnection()
    _ = next.end(RPCStatus(.unavailable), false, random: 1)
    #expect(
      next.end(RPCStatus(.unavailable), true, random: 1) == .again(wait: .zero))
    #expect(!next.allFailed)
    #expect(
      next.end(RPCStatus(.unavailable), false, random: 1)
        == .again(wait: .seconds(1)))
  }

  @Test(
    "endpoints that all refuse for good end the client",
    arguments: [RPCStatus.Code.unimplemented, .unauthenticated, .permissionDenied])
  func refusal(code: RPCStatus.Code) {
    var next = reconnection()
    let refusal = RPCStatus(code)
    #expect(next.end(refusal, false, random: 0) == .again(wait: .zero))
    #expect(
      next.end(RPCStatus(.unavailable), false, random: 0) == .again(wait: .zero))
    #expect(next.end(refusal, false, random: 0) == .again(wait: .zero))
    #expect(next.end(refusal, false, random: 0) == .refused)
  }

  @Test("without an ack for too long it is over; an ack begins the time anew")
  func givenUp() {
    var next = reconnection(giveUpAfter: .seconds(10))
    let start = ContinuousClock.now
    let away = RPCStatus(.unavailable)
    func isGivenUp(after seconds: Int, progress: Bool = false) -> Bool {
      next.end(away, progress, random: 0, now: start + .seconds(seconds)) == .givenUp
    }
    let ends = [
      isGivenUp(after: 0), isGivenUp(after: 9), isGivenUp(after: 9, progress: true),
      isGivenUp(after: 12), isGivenUp(after: 21), isGivenUp(after: 22),
    ]
    #expect(ends == [false, false, false, false, false, true])
  }

  @Test(
    "endpoints are read as host:port",
    arguments: [
      ("node:50051", "node"), ("127.0.0.1:1", "127.0.0.1"), ("[::1]:65535", "::1"), ("node", nil),
      ("node:0", nil), ("node:65536", nil), ("::1:5", nil), (":5", nil), ("[]:5", nil), ("", nil),
    ] as [(String, String?)])
  func endpoint(text: String, host: String?) {
    let endpoint = TributaryClient.Endpoint(text)
    #expect(endpoint?.host == host)
    if let endpoint { #expect(endpoint.description == text) }
  }
}

extension Reconnection {
  /// An attempt that took no time.
  fileprivate mutating func end(
    _ status: RPCStatus, _ hadProgress: Bool, random: Double, now: ContinuousClock.Instant = .now
  ) -> OnEnd {
    ended(status, hadProgress: hadProgress, since: now, now: now, random: random)
  }
}
