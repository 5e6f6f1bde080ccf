// SPDX-License-Identifier: Apache-2.0
import RPC
import Testing

@testable import TributaryClient

@Suite("Where a client goes next, and when")
struct ReconnectionTests {
  private let endpoints = ["a:1", "b:2"].compactMap(TributaryClient.Endpoint.init)

  private func reconnection() -> Reconnection {
    Reconnection(endpoints, backoff: Backoff(first: .seconds(1), longest: .seconds(4)))
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
      next.ended(away, hadProgress: false, random: 1) == .again(wait: .seconds(1)))
    #expect(next.endpoint == endpoints[1] && !next.allFailed)
    #expect(
      next.ended(away, hadProgress: false, random: 1) == .again(wait: .seconds(2)))
    #expect(next.endpoint == endpoints[0] && next.allFailed)
  }

  @Test("a stream that did well is followed by another at once")
  func progress() {
    var next = reconnection()
    _ = next.ended(RPCStatus(.unavailable), hadProgress: false, random: 1)
    #expect(
      next.ended(RPCStatus(.unavailable), hadProgress: true, random: 1) == .again(wait: .zero))
    #expect(!next.allFailed)
    #expect(
      next.ended(RPCStatus(.unavailable), hadProgress: false, random: 1)
        == .again(wait: .seconds(1)))
  }

  @Test(
    "endpoints that all refuse for good end the client",
    arguments: [RPCStatus.Code.unimplemented, .unauthenticated, .permissionDenied])
  func refusal(code: RPCStatus.Code) {
    var next = reconnection()
    let refusal = RPCStatus(code)
    #expect(next.ended(refusal, hadProgress: false, random: 0) == .again(wait: .zero))
    #expect(
      next.ended(RPCStatus(.unavailable), hadProgress: false, random: 0) == .again(wait: .zero))
    #expect(next.ended(refusal, hadProgress: false, random: 0) == .again(wait: .zero))
    #expect(next.ended(refusal, hadProgress: false, random: 0) == .failed)
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
