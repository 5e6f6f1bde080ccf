// SPDX-License-Identifier: Apache-2.0
import Proto
import RPC
import Router
import Shard

/// The receiving end of the links from one node: the rim around ``LinkReceiver``, which decides
/// everything. Lives as long as the node, over all the peer's streams and lives.
actor PeerInbox {
  /// Frames with the shards at which a stream is read no further: more than a sender may have under
  /// way by its credit, unless they are small.
  private static let framesOutMax = 256

  nonisolated let loop: EventLoop
  nonisolated var unownedExecutor: UnownedSerialExecutor {
    unsafe loop.asUnownedSerialExecutor()
  }

  private var core: LinkReceiver
  private let intake: FrameIntake
  private var streams: [UInt64: AckQueue] = [:]
  private var framesOut = 0
  private var readers: [CheckedContinuation<Void, Never>] = []
  /// Why no frame is taken; nil: they are.
  private var refusal: RPCError?
  private var idleWaiters: [CheckedContinuation<Void, Never>] = []

  /// - Parameter refusal: why no frame is taken, if none is.
  init(_ core: LinkReceiver, _ intake: FrameIntake, on loop: EventLoop, refusal: RPCError? = nil) {
    self.refusal = refusal
    self.core = core
    self.intake = intake
    self.loop = loop
  }

  /// Who sends on the stream that is open; nil: none is.
  var liveSender: NodeIdentity? {
    core.stream == nil ? nil : NodeIdentity(core.sender, incarnation: core.incarnation)
  }

  /// What is said of the node's own membership with welcomes and acks.
  func learn(epoch: UInt64, departed: [NodeIdentity]) {
    core.epoch = epoch
    core.departed = departed
  }

  /// Points of the peer that were applied and that were not.
  var points: (applied: Int64, rejected: Int64) { (intake.applied, intake.rejected) }

  // MARK: Streams

  /// A stream begins.
  ///
  /// - Returns: the messages that welcome the peer.
  /// - Throws: ``LinkRefusal``.
  func open(_ greeting: LinkGreeting, stream: UInt64) throws -> [[UInt8]] {
    if let refusal { throw refusal }
    switch core.greeted(greeting, stream: stream) {
    case .welcome(let messages, let replaced):
      if let replaced {
        streams[replaced]?.finish(LinkRefusal.supersededStream.error)
      }
      streams[stream] = AckQueue()
      return messages
    case .refuse(let refusal): throw refusal
    }
  }

  /// A message of the stream came. Returns when there is room for another.
  func received(_ message: [UInt8], stream: UInt64) async throws {
    if let refusal { throw refusal }
    switch try core.received(message, stream: stream) {
    case .apply(let frame, let tag): apply(frame, tag)
    case .answer(let ack): streams[stream]?.append(ack)
    case .nothing: break
    }
    guard framesOut >= Self.framesOutMax else { return }
    await withCheckedContinuation { reader in
      if framesOut < Self.framesOutMax { return reader.resume() }
      readers.append(reader)
    }
  }

  /// Waits for acks to send.
  func acks(stream: UInt64) async throws -> [[UInt8]] {
    guard let queue = streams[stream] else { throw RPCError(.cancelled, "the stream is over") }
    return try await queue.next(isolation: self)
  }

  /// The stream is over; frames that it brought are still applied.
  func close(stream: UInt64) {
    streams.removeValue(forKey: stream)?.finish(RPCError(.cancelled, "the stream is over"))
    core.closed(stream: stream)
  }

  /// Ends all streams and takes none; returns when all frames that were taken are applied.
  func shut(_ refusal: RPCError) async {
    self.refusal = refusal
    for queue in streams.values { queue.finish(refusal) }
    await withCheckedContinuation { waiter in
      if framesOut == 0 { return waiter.resume() }
      idleWaiters.append(waiter)
    }
  }

  /// Takes streams again.
  func reopen() { refusal = nil }

  // MARK: Frames

  private func apply(_ frame: DecodedFrame, _ tag: FrameTag) {
    framesOut += 1
    intake.apply(frame) { [self] rejections in
      assumeIsolated { $0.applied(tag, rejections) }
    }
  }

  private func applied(_ tag: FrameTag, _ rejections: [RowRejection]) {
    framesOut -= 1
    if framesOut < Self.framesOutMax {
      for reader in readers { reader.resume() }
      readers = []
    }
    if framesOut == 0 {
      for waiter in idleWaiters { waiter.resume() }
      idleWaiters = []
    }
    guard let answer = core.applied(tag, rejections: rejections) else { return }
    streams[answer.stream]?.append(answer.message)
  }
}
