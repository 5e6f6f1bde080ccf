// SPDX-License-Identifier: Apache-2.0
import Shard
import TestKit

@testable import Router

/// A sender and a receiver with a bad network between them, and a model that knows what may become
/// of each point: applied at most once by one life of the receiver, settled once, and as it was.
///
/// Each point has a value of its own, which decides whether the shards take it.
struct LinkWorld {
  /// How the receiver behaves; only an honest one must satisfy the model.
  enum Receiver: CaseIterable {
    case honest
    /// Says that frames are applied before the shards have them.
    case acksEarly
    /// Knows nothing of earlier streams.
    case forgets
  }

  /// What the model found, and how often what was to be tried happened.
  struct Findings: Equatable {
    var failures: [String] = []
    var tries: [String: Int] = [:]
  }

  /// Messages of one stream that are under way. Those to the receiver may arrive when the sender
  /// has long gone.
  struct Pipe {
    let number: UInt64
    var toReceiver = FIFO<[UInt8]>()
    var toSender = FIFO<[UInt8]>()
    var isGreeted = false
  }

  /// A frame that is with the shards of one life of the receiver.
  struct Pending {
    let values: [Double]
    let tag: FrameTag
    let marks: Int
  }

  let kind: Receiver
  var random: SplitMix64
  var now = LinkTime(milliseconds: 0)
  var sender: LinkSender
  var receiver: LinkReceiver
  var pipe: Pipe?
  var lostPipes: [Pipe] = []
  var pending: [Pending] = []
  var streams: UInt64 = 0
  var senderLives: UInt64 = 1
  var receiverLives: UInt64 = 1
  /// Counts the receivers, whose tags mean nothing to others.
  var marks = 0
  /// Until then nothing arrives and the shards do nothing.
  var isStill = false

  var nextValue = 0.0
  /// The first point that this life of the sender took.
  var lifeStart = 0.0
  var nextTicket: LinkTicket = 0
  /// Batches that are not settled.
  var open: [LinkTicket: [Double]] = [:]
  /// Points that this life of the receiver has judged.
  var judged: Set<Double> = []
  /// Points that any of its lives has judged.
  var everJudged: Set<Double> = []
  var findings = Findings()

  init(seed: UInt64, _ kind: Receiver = .honest) {
    self.kind = kind
    random = SplitMix64(seed: seed)
    sender = Self.makeSender(1)
    receiver = Self.makeReceiver(1)
  }

  static let wallStart: Int64 = 1_700_000_000
  static let queueBytesMax = 24_000
  static let hintBytesMax = 12_000
  static let creditBytes = 8_000

  var wall: Int64 { Self.wallStart + now.milliseconds / 1000 }

  static func makeSender(_ life: UInt64) -> LinkSender {
    LinkSender(
      .of(.of("a", life), hintBytesMax: hintBytesMax, queueBytesMax: queueBytesMax),
      to: NodeID("b"), seed: life, names: LinkNames { NameDictionary(number: $0, namesMax: 400) })
  }

  static func makeReceiver(_ life: UInt64) -> LinkReceiver {
    LinkReceiver(.of(.of("b", life), creditBytes: creditBytes), from: Identity.of("a").id)
  }

  static func isRejected(_ value: Double) -> Bool { Int(value) % 7 == 3 }

  /// Things that the sender did of itself, told when it ends.
  mutating func triedBySender() {
    findings.tries["given up", default: 0] += sender.counters.pointsGivenUp
    findings.tries["resent", default: 0] += sender.counters.framesResent
    findings.tries["hint frame", default: 0] += Int(sender.lanes.hint.acked)
    findings.tries["next dictionary", default: 0] += Int(sender.names.dictionary.number) - 1
  }

  mutating func tried(_ what: String) { findings.tries[what, default: 0] += 1 }

  mutating func failed(_ what: String) {
    if findings.failures.count < 10 { findings.failures.append("\(now.milliseconds) ms: \(what)") }
  }
}
