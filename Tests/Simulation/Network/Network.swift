// SPDX-License-Identifier: Apache-2.0
import Router
import TestKit

/// Which host reaches which, how long a message takes, and the connections there are.
final class Network {
  private unowned let world: World
  private var blocked: [Bool]
  private var wiresMade: UInt64 = 0
  private(set) var wires: [Wire] = []
  /// All there ever were: events under way still name them.
  private var kept: [Wire] = []
  /// Pipes that wait for a way, a process or a reader.
  private var heldPipes: [Pipe] = []
  /// Added to every delay, microseconds.
  var lag: Int64 = 0

  init(_ world: World) {
    self.world = world
    blocked = Array(repeating: false, count: Scenario.hostsMax * Scenario.hostsMax)
  }

  // MARK: Ways

  func isBlocked(_ from: Host, _ to: Host) -> Bool {
    blocked[from.index * Scenario.hostsMax + to.index]
  }

  func block(_ from: Host, _ to: Host) {
    blocked[from.index * Scenario.hostsMax + to.index] = true
  }

  func unblock(_ from: Host, _ to: Host) {
    blocked[from.index * Scenario.hostsMax + to.index] = false
    release()
  }

  func unblockAll() {
    for way in blocked.indices { blocked[way] = false }
    release()
  }

  func held(_ pipe: Pipe) { heldPipes.append(pipe) }

  /// Pipes try again: a way may be open, a process may go on.
  func release() {
    let waiting = heldPipes
    heldPipes.removeAll(keepingCapacity: true)
    for pipe in waiting { pipe.plan() }
  }

  /// Microseconds that a message takes: mostly little, sometimes much.
  func delay() -> Int64 {
    let base = world.scenario.delayMicroseconds
    var delay = Int64(world.weather.int(in: 1...base))
    if world.weather.oneIn(20) { delay += Int64(world.weather.int(in: 0...base * 20)) }
    return delay + lag
  }

  // MARK: Connections

  /// Tries to connect; `done` gets nil when nobody is there.
  func connect(_ sender: SimNode, to address: String, _ done: @escaping (Wire?) -> Void) {
    world.tallies[.connects] += 1
    guard let host = world.hosts.first(where: { $0.address == address }),
      !isBlocked(sender.host, host), !isBlocked(host, sender.host)
    else {
      // Nothing comes back: the rim's own deadline for connecting.
      return fail(sender, after: 1_000_000, done)
    }
    world.after(2 * delay(), "connected") { [self] in
      guard let receiver = host.node, !receiver.isOver else {
        return fail(sender, after: delay(), done)
      }
      if isBlocked(sender.host, host) || isBlocked(host, sender.host) {
        return fail(sender, after: 1_000_000, done)
      }
      world.perform(on: sender) { [self] in
        if receiver.isOver { return fail(sender, after: delay(), done) }
        wiresMade += 1
        let wire = Wire(world, number: wiresMade, from: sender, to: receiver)
        wires.removeAll { $0.isOver }
        wires.append(wire)
        kept.append(wire)
        done(wire)
      }
    }
  }

  private func fail(_ node: SimNode, after delay: Int64, _ done: @escaping (Wire?) -> Void) {
    world.tallies[.connectsFailed] += 1
    world.after(delay, on: node, "no connection") { done(nil) }
  }

  /// A message that belongs to no stream: a question or its answer. Lost when the way is blocked as
  /// it leaves or arrives; put off while the process is paused.
  func post(from: Host, to: Host, _ body: @escaping (SimNode) -> Void) {
    if isBlocked(from, to) { return }
    world.after(delay(), "post") { [self] in
      guard !isBlocked(from, to), !to.isStalled, let node = to.node else { return }
      world.perform(on: node) { body(node) }
    }
  }

  /// A process has died.
  func died(_ node: SimNode) {
    let tells = !world.weather.oneIn(3)
    for wire in wires where wire.sender === node || wire.receiver === node {
      wire.died(node, tells: tells)
    }
  }
}
