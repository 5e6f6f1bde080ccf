// SPDX-License-Identifier: Apache-2.0
import Proto
import Protobuf
import Router
import TestKit
import Testing

@Suite("Ledgers")
struct LedgerTests {
  private let balanced = Ledger.with {
    $0.received = 21
    $0.applied = 1
    $0.forwarded = 2
    $0.hinted = 3
    $0.inFlight = 4
    $0.rejected = 5
    $0.givenUp = 6
    $0.fromPeersApplied = 100
    $0.fromPeersRejected = 10
    $0.rejections = [reason(.valueNan, 2), reason(.timeTooOld, 3)]
  }

  private static func reason(_ reason: RejectReason, _ count: UInt64) -> ReasonCount {
    .with {
      $0.reason = reason
      $0.count = count
    }
  }

  @Test("every received point is in exactly one of the other counts")
  func balance() {
    #expect(balanced.accounted == 21 && balanced.sumImbalance == 0)
    #expect(balanced.rejectionImbalance == 0)
    #expect(Ledger().sumImbalance == 0)
  }

  @Test("a lost point is missing, one counted twice is too much")
  func imbalance() {
    var ledger = balanced
    ledger.received += 2
    #expect(ledger.sumImbalance == 2)
    ledger.givenUp += 5
    #expect(ledger.sumImbalance == -3)
    ledger.rejected += 1
    #expect(ledger.rejectionImbalance == 1)
  }

  @Test("what peers sent is no part of the sum")
  func peers() {
    var ledger = balanced
    ledger.fromPeersApplied = .max
    #expect(ledger.sumImbalance == 0)
  }

  @Test("every count is part of the sum, by its own weight")
  func parts() {
    var random = SplitMix64(seed: 1)
    let parts: [any WritableKeyPath<Ledger, UInt64> & Sendable] = [
      \.applied, \.forwarded, \.hinted, \.inFlight, \.rejected, \.givenUp,
    ]
    for _ in 0..<100 {
      var ledger = Ledger()
      for part in parts {
        let points = UInt64(random.int(in: 0...1_000_000))
        ledger[keyPath: part] += points
        ledger.received += points
        #expect(ledger.sumImbalance == 0)
      }
    }
  }

  @Test("absurd counts, as another node may send them, trap nobody")
  func absurd() {
    var ledger = Ledger.with {
      $0.received = 1
      $0.applied = .max
      $0.hinted = .max
      $0.imbalance = .max
    }
    #expect(ledger.sumImbalance == 3)
    ledger.add(ledger)
    #expect(ledger.applied == UInt64.max - 1)
  }

  @Test("ledgers add up by kind and by reason")
  func adding() {
    var sum = balanced
    var other = balanced
    other.rejections = [Self.reason(.timeTooOld, 4), Self.reason(.nameEmpty, 1)]
    other.imbalance = -1
    sum.add(other)
    #expect(sum.received == 42 && sum.accounted == 42 && sum.fromPeersApplied == 200)
    #expect(sum.imbalance == -1)
    #expect(
      sum.rejections
        == [
          Self.reason(.valueNan, 2), Self.reason(.timeTooOld, 7), Self.reason(.nameEmpty, 1),
        ])
  }

  @Test("a link's figures follow from its counts, if there are any")
  func link() {
    let link = LinkStatus.with {
      $0.pointsSent = 200
      $0.bytesSent = 3000
      $0.bytesSentCompressed = 1500
      $0.bytesInFlight = 7
      $0.bytesHinted = 5
    }
    #expect(link.wireBytesPerPoint == 7.5 && link.compressionRatio == 2 && link.backlogBytes == 12)
    #expect(LinkStatus().wireBytesPerPoint == nil && LinkStatus().compressionRatio == nil)
  }
}
