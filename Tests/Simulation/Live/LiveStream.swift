// SPDX-License-Identifier: Apache-2.0
import TestKit

/// One update on its way, and what only the simulator knows of it.
struct LiveMessage {
  /// A `telemetry.MetricUpdate`.
  let bytes: [UInt8]
  let report: LiveComputation
}

/// One live report from one life of a node to a subscriber, and what either end knows of it.
///
/// The node may send until more than a window of it has not been taken; the reader takes one update
/// after the other, at its pace. What is under way when it breaks is lost from any point on.
final class LiveStream {
  let node: SimNode
  /// What was asked for, microseconds.
  let interval: Int64
  /// How it breaks, and how long its messages take.
  private var chance: SplitMix64
  private unowned let world: World
  private unowned let subscriber: Subscriber

  // What the node knows.
  var topic: LiveSeat?
  /// The revision that the reader has been sent; 0: none.
  var seen: UInt64 = 0
  /// Of the question that waits.
  var ticket: UInt64 = 0
  /// What is being written until there is room for it.
  var writing: LiveParcel?
  private(set) var isOverAtNode = false
  /// Sent, and not known to be taken.
  private(set) var untakenBytes = 0

  // What the reader knows.
  private(set) var isHeard = true
  private var inbox: [LiveMessage] = []
  private var isReading = false

  // The way.
  private var arrival: Int64 = 0
  private var roomArrival: Int64 = 0
  private var sent = 0
  private var arrived = 0
  /// Messages from this one on are lost.
  private var lostFrom = Int.max

  init(_ world: World, _ subscriber: Subscriber, _ node: SimNode, interval: Int64) {
    self.world = world
    self.subscriber = subscriber
    self.node = node
    self.interval = interval
    chance = subscriber.chance.split()
  }

  // MARK: The node's end

  var hasRoom: Bool { untakenBytes <= world.scenario.live.windowBytes }

  func send(_ message: LiveMessage) {
    if !hasRoom {
      world.broken(.memory, "\(node.identity) has more for a slow reader than what is on its way")
    }
    untakenBytes += message.bytes.count
    deliver { [self] in
      inbox.append(message)
      read()
    }
  }

  /// The node ends it behind what it has sent.
  func endByNode() {
    guard !isOverAtNode else { return }
    isOverAtNode = true
    deliver { [self] in end() }
  }

  /// The node has died; its machine tells the reader, or is gone with it. One that has left has
  /// told its readers.
  func died() {
    guard !isOverAtNode else { return }
    isOverAtNode = true
    loseSome()
    if node.handedOver || !chance.oneIn(3) { tellEnd() }
  }

  // MARK: The reader's end

  /// A message that comes now, one after the other.
  private func deliver(_ body: @escaping () -> Void) {
    let number = sent
    sent += 1
    arrival = max(arrival, world.now + delay())
    world.after(arrival - world.now, "live update") { [self] in
      arrived += 1
      if number < lostFrom && isHeard { body() }
    }
  }

  private func read() {
    guard isHeard, !isReading, !inbox.isEmpty else { return }
    isReading = true
    world.after(subscriber.pace(), "reader") { [self] in
      isReading = false
      guard isHeard, !inbox.isEmpty else { return }
      let message = inbox.removeFirst()
      world.note(UInt64(message.bytes.count))
      subscriber.read(message, on: self)
      tellRoom(message.bytes.count)
      read()
    }
  }

  private func tellRoom(_ bytes: Int) {
    roomArrival = max(roomArrival, world.now + delay())
    world.after(roomArrival - world.now, on: node, "room") { [self] in
      guard !isOverAtNode else { return }
      untakenBytes -= bytes
      node.live.hasRoom(self)
    }
  }

  private func end() {
    guard isHeard else { return }
    isHeard = false
    subscriber.ended(self)
  }

  // MARK: Breaks

  /// The connection breaks: each end hears of it, if at all, after a delay of its own.
  func breakOff() {
    loseSome()
    if !chance.oneIn(3) { tellEnd() }
    tellNode()
  }

  /// The reader goes, and hears nothing more.
  func leave() {
    guard isHeard else { return }
    isHeard = false
    tellNode()
  }

  private func tellEnd() {
    world.after(max(0, arrival - world.now) + delay(), "live stream ends") { [self] in end() }
  }

  private func tellNode() {
    let delay = delay() + (chance.oneIn(3) ? Int64(chance.int(in: 0...8_000_000)) : 0)
    world.after(delay, on: node, "reader left") { [self] in
      guard !isOverAtNode else { return }
      isOverAtNode = true
      node.live.left(self)
    }
  }

  private func loseSome() {
    lostFrom = min(lostFrom, arrived + chance.int(in: 0...sent - arrived))
  }

  private func delay() -> Int64 {
    Int64(chance.int(in: 1...world.scenario.delayMicroseconds)) + world.network.lag
  }
}
