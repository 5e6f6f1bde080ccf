// SPDX-License-Identifier: Apache-2.0
import TestKit

/// One stream of batches from a client to one life of a node, and what either end knows of it.
///
/// When the client's end breaks, what is under way to the node is lost from any point on: the rest
/// arrives, however late, and nobody waits for its acks.
final class BatchStream {
  /// What the node knows.
  enum NodeEnd {
    case open
    /// No batch is taken any more; it ends when all that were are acked.
    case ending
    case over
  }

  let node: SimNode
  private(set) var nodeEnd = NodeEnd.open
  /// The client listens.
  private(set) var isHeard = true
  private unowned let client: BatchClient
  private unowned let world: World
  /// What all of it takes longer, microseconds: some ways are long.
  private let lag: Int64
  private var arrival: Int64 = 0
  private var answerArrival: Int64 = 0
  private var sent = 0
  private var arrived = 0
  /// Messages from this one on are lost.
  private var lostFrom = Int.max
  /// Batches that are not acked yet.
  private var copiesOpen = 0

  init(_ world: World, _ client: BatchClient, _ node: SimNode, lag: Int64) {
    self.world = world
    self.client = client
    self.node = node
    self.lag = lag
  }

  // MARK: The client's end

  func send(_ message: BatchMessage) {
    deliver("batch") { [self] in node.received(message, on: self) }
  }

  /// It breaks, or the client gives it up.
  func breakOff(_ chance: inout SplitMix64) {
    guard isHeard else { return }
    isHeard = false
    lostFrom = arrived + chance.int(in: 0...sent - arrived)
    let delay = chance.oneIn(3) ? Int64(chance.int(in: 0...8_000_000)) : 0
    arrival = max(arrival, world.now) + delay
    world.after(arrival - world.now, on: node, "stream ends") { [self] in nodeHeardOfEnd() }
  }

  private func deliver(_ label: StaticString, _ body: @escaping () -> Void) {
    let number = sent
    sent += 1
    arrival = max(arrival, world.now + world.network.delay() + lag)
    world.after(arrival - world.now, on: node, label) { [self] in
      arrived += 1
      if number < lostFrom { body() }
    }
  }

  // MARK: The node's end

  /// A batch has come: whether the node takes it.
  func began() -> Bool {
    guard nodeEnd == .open else { return false }
    copiesOpen += 1
    return true
  }

  /// It is known what became of a batch.
  func settled(_ message: BatchMessage, _ ack: CopyAck) {
    copiesOpen -= 1
    if nodeEnd != .over {
      answer { $0.acknowledged(message.batch, ack) }
    }
    endIfDone()
  }

  /// A batch that waited is not taken: nobody would hear of it.
  func refused() {
    copiesOpen -= 1
    endIfDone()
  }

  /// The node takes no batch any more.
  func end() {
    guard nodeEnd == .open else { return }
    nodeEnd = .ending
    endIfDone()
  }

  private func endIfDone() {
    guard nodeEnd == .ending, copiesOpen == 0 else { return }
    nodeEnd = .over
    answer { [self] in $0.ended(self) }
  }

  private func nodeHeardOfEnd() { nodeEnd = .over }

  /// The node has died.
  func died() { answer { [self] in $0.ended(self) } }

  private func answer(_ body: @escaping (BatchClient) -> Void) {
    answerArrival = max(answerArrival, world.now + world.network.delay())
    world.after(answerArrival - world.now, "batch ack") { [self] in
      if isHeard { body(client) }
    }
  }

  /// The client has heard of the end.
  func close() { isHeard = false }
}
