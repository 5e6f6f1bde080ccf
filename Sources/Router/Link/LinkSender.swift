// SPDX-License-Identifier: Apache-2.0

/// One node's way to one peer: batches in, messages of one gRPC stream out and in, settlements out.
///
/// It decides which points wait in which frame, what is sent when, what is kept for a peer that is
/// away, and what each batch's client is told, once. It does not connect, sleep or read a clock:
/// ``tick(now:wall:)`` says when to open and close a stream, every message goes through
/// ``nextMessage(now:wall:)`` and ``received(_:now:)``.
///
/// Frames keep number and content until they are acked, whatever becomes of streams, so that a
/// receiver can tell those it has taken. Every buffer is bounded: frames never sent by
/// `queueBytesMax`, frames under way by half of it and the peer's credit, hints by `hintBytesMax`.
///
/// Invariants: each ticket is settled once; ``counters`` are balanced after every call.
public struct LinkSender {
  /// How the peer stands as far as batches are concerned.
  enum Presence: Hashable {
    /// Not asked for the time yet.
    case unknown
    /// A stream is live.
    case present
    /// No stream since then; batches wait a little.
    case missing(since: LinkTime)
    /// Batches are hinted.
    case away
  }

  /// How far the stream is.
  enum Phase: Hashable {
    case waiting(until: LinkTime?)
    case connecting(since: LinkTime)
    case greeting(since: LinkTime)
    case live
    case stalled(since: LinkTime)
    /// The caller was asked to end the stream, or the attempt, and has not said that it did.
    case closing
  }

  let settings: LinkSettings
  var phase = Phase.waiting(until: nil)
  var presence = Presence.unknown
  var backoff: LinkBackoff

  var names: LinkNames
  var open: ColumnFrame?
  var queue = FIFO<ColumnFrame>()
  var hints: HintQueue
  var lanes = PerLane { _ in SenderLane() }
  var stream = SenderStream()
  var settlements: [Settlement] = []
  /// Points that were ever queued with a ticket: those that are in flight and queued by now come
  /// last among them.
  var pointsAwaited = 0
  /// So many of those were there at that time; `nil`: none waited.
  var overdueMark: (points: Int, since: LinkTime)?

  /// The peer as far as it is known: the last one that welcomed this node.
  public internal(set) var peer: NodeIdentity?
  /// The id that a peer must have; nil until the first welcome when only an address is known.
  public internal(set) var peerID: NodeID?
  /// Why it is not live; empty when it is, and before the first attempt.
  public internal(set) var error = ""
  /// What became of all points taken.
  public internal(set) var counters = LinkCounters()
  /// Nodes that left for good, told with the next hello.
  /// At most ``RouterLimits/linkDepartedMax``.
  public var departed: [NodeIdentity] = []

  /// A link that wants its first stream at once.
  ///
  /// - Parameters:
  ///   - peer: whom to accept; nil: whoever welcomes first.
  ///   - seed: decides the jitter of waits.
  public init(_ settings: LinkSettings, to peer: NodeID?, seed: UInt64) {
    self.init(settings, to: peer, seed: seed, names: LinkNames())
  }

  init(_ settings: LinkSettings, to peer: NodeID?, seed: UInt64, names: LinkNames) {
    self.settings = settings
    peerID = peer
    backoff = LinkBackoff(seed: seed)
    hints = HintQueue(bytesMax: settings.hintBytesMax)
    self.names = names
  }

  /// How far the stream is.
  public var state: LinkState {
    switch phase {
    case .waiting, .closing: .waiting
    case .connecting: .connecting
    case .greeting: .greeting
    case .live: .live
    case .stalled: .stalled
    }
  }

  /// Whether no point is kept or under way.
  public var isIdle: Bool { counters.pointsUnderWay == 0 }

  /// What became of batches since the last call, in the order of its getting known.
  public mutating func takeSettlements() -> [Settlement] {
    defer { settlements.removeAll() }
    return settlements
  }
}
