// SPDX-License-Identifier: Apache-2.0
import Proto
import RPC
import Router
import Shard

/// One attempt to hand windows over: a stream to each receiver, filled step by step, so that no
/// shard is kept for long and no more than a step's slices are in memory.
struct HandOverRun {
  /// A peer that did not take over, and why.
  struct Failed: Error {
    let node: NodeID
    let cause: any Error
  }

  /// Series of one step: some 1 MB when each has a few slices.
  private static let stepSeries = 4096

  private let to: [Member]
  private let peers: any DrainPeers
  private let timeout: Duration
  private var split: SliceSplit?
  private var rest: [NodeID: SliceParts] = [:]
  private var streams: [NodeID: any HandOverStream] = [:]
  /// Those to whom a stream was opened.
  private(set) var begun: Set<NodeID> = []
  /// Series that went out.
  private(set) var series = 0
  /// Slices that went out.
  private(set) var slices = 0

  init(
    _ heading: HandOverHeading, receivers: [Member], withdrawals: [Member],
    peers: any DrainPeers, timeout: Duration
  ) {
    to = receivers + withdrawals
    self.peers = peers
    self.timeout = timeout
    if !receivers.isEmpty { split = SliceSplit(heading, receivers: receivers) }
    for peer in withdrawals { rest[peer.id] = SliceParts(heading) }
  }

  mutating func open() async throws(Failed) {
    for member in to {
      do {
        streams[member.id] = try await peers.handOver(to: member, timeout: timeout)
      } catch {
        throw Failed(node: member.id, cause: error)
      }
      begun.insert(member.id)
    }
  }

  /// Sends all slices of a shard.
  mutating func send(_ windows: Aggregator, now: @Sendable () -> Int64) async throws(Failed) {
    var cursor: SliceCursor? = .start
    while let from = cursor {
      let step = await windows.exportSlices(from: from, seriesMax: Self.stepSeries, now: now())
      for (node, parts) in split?.add(step.batch) ?? [:] {
        for part in parts { try await send(part, to: node) }
      }
      cursor = step.next
    }
  }

  private func send(_ part: [UInt8], to node: NodeID) async throws(Failed) {
    do {
      try await streams[node]?.send(part)
    } catch {
      throw Failed(node: node, cause: error)
    }
  }

  /// Sends the last parts, and waits until all have taken everything.
  mutating func finish() async throws(Failed) {
    (series, slices) = (split?.series ?? 0, split?.slices ?? 0)
    for member in to {
      let part = split?.finish(for: member.id) ?? rest[member.id]?.finish()
      guard let part, let stream = streams[member.id] else {
        preconditionFailure("no stream to \(member.id)")
      }
      do {
        _ = try await stream.finish(part)
      } catch {
        throw Failed(node: member.id, cause: error)
      }
    }
  }
}
