// SPDX-License-Identifier: Apache-2.0
import Router
import Shard
import TestKit

/// Makes faults happen, and ends them all in the end.
final class Faults {
  /// So long it takes until the last node has heard of new members, if it runs.
  static let announceMicrosecondsMax: Int64 = 3_000_000

  private unowned let world: World

  init(_ world: World) { self.world = world }

  /// One of the faults that this run knows.
  func happen() {
    let kinds = world.scenario.faults
    let kind = kinds[world.plot.int(in: 0...kinds.count - 1)]
    switch kind {
    case .breakWire: anyWire()?.breakOff()
    case .spoil: anyWire()?.spoil()
    case .loseAcks: anyWire()?.loseAcks()
    case .partition: partition(bothWays: true)
    case .oneWay: partition(bothWays: false)
    case .stall: stall()
    case .crash: crash()
    case .pause: pause()
    case .clockStep: clockStep()
    case .slowShard: slowShard()
    case .lag: lag()
    case .drain: drain()
    case .membership: changeMembers()
    }
  }

  // MARK: Network

  private func anyWire() -> Wire? {
    let wires = world.network.wires.filter { !$0.isOver }
    return wires.isEmpty ? nil : wires[world.plot.int(in: 0...wires.count - 1)]
  }

  private func partition(bothWays: Bool) {
    let host = anyHost()
    world.tallies[bothWays ? .partitions : .oneWayPartitions] += 1
    let others = world.hosts.filter { $0 !== host && (world.plot.oneIn(2) || world.plot.oneIn(2)) }
    let isInbound = world.plot.oneIn(2)
    world.say("partition of \(host.id) from \(others.map(\.id)), both ways: \(bothWays)")
    for other in others {
      if bothWays || isInbound { world.network.block(other, host) }
      if bothWays || !isInbound { world.network.block(host, other) }
    }
    later(8) { [unowned world] in
      for other in others {
        world.network.unblock(other, host)
        world.network.unblock(host, other)
      }
    }
  }

  private func stall() {
    let host = anyHost()
    guard !host.isStalled else { return }
    world.tallies[.stalls] += 1
    world.say("\(host.id) reads nothing")
    host.isStalled = true
    later(10) { [unowned world] in
      host.isStalled = false
      world.network.release()
    }
  }

  private func lag() {
    world.network.lag = Int64(world.plot.int(in: 0...400_000))
    later(4) { [unowned world] in world.network.lag = 0 }
  }

  // MARK: Processes

  private func crash() {
    let host = anyHost()
    guard let node = host.node, !node.isOver else { return }
    world.tallies[.crashes] += 1
    node.crash()
    later(6) { [unowned self] in restart(host) }
  }

  private func restart(_ host: Host) {
    guard !host.isUp else { return }
    world.tallies[.restarts] += 1
    host.start()
  }

  private func pause() {
    guard let node = anyHost().node, !node.isOver, !node.isPaused else { return }
    world.tallies[.pauses] += 1
    world.say("\(node.identity) pauses")
    node.pause()
    later(8) { [unowned world] in
      world.say("\(node.identity) goes on")
      node.goOn()
    }
  }

  private func slowShard() {
    guard let node = anyHost().node, !node.isOver else { return }
    world.tallies[.slowShards] += 1
    node.hesitation = Int64(world.plot.int(in: 100_000...3_000_000))
  }

  private func clockStep() {
    let host = anyHost()
    let range = world.scenario.clocks == .wild ? -7200...7200 : -20...20
    setClock(host, Int64(world.plot.int(in: range)))
  }

  private func setClock(_ host: Host, _ offset: Int64) {
    world.tallies[.clockSteps] += 1
    world.say("the clock of \(host.id) is off by \(offset) s")
    let isBack = offset < host.clockOffset
    host.setClock(offset: offset)
    if isBack, let node = host.node { world.model.setBack(node, to: host.wall) }
  }

  // MARK: Members

  private func drain() {
    guard let node = anyHost().node, !node.isOver else { return }
    world.perform(on: node) { node.beginDrain() }
  }

  private func changeMembers() {
    let index = world.plot.int(in: 0...world.hosts.count - 1)
    let members = world.membership.count { $0 }
    guard !world.membership[index] || members > 1 else { return }
    world.membership[index].toggle()
    world.tallies[world.membership[index] ? .nodesAdded : .nodesRemoved] += 1
    world.say("members: \(world.hosts.filter { world.membership[$0.index] }.map(\.id))")
    let host = world.hosts[index]
    if world.membership[index] { restart(host) }
    announce()
  }

  /// Nodes learn of it one after the other.
  private func announce() {
    for host in world.hosts {
      guard let node = host.node else { continue }
      let delay = Int64(world.plot.int(in: 0...Int(Faults.announceMicrosecondsMax)))
      world.after(delay, on: node, "members") { node.learnMembers() }
    }
  }

  // MARK: -

  private func anyHost() -> Host { world.hosts[world.plot.int(in: 0...world.hosts.count - 1)] }

  /// Within so many seconds, unless all has been healed by then.
  private func later(_ seconds: Int, _ body: @escaping () -> Void) {
    let delay = Int64(world.plot.int(in: 1...seconds * 1_000_000))
    world.after(delay, "fault ends") { [unowned world] in
      if !world.isHealed { body() }
    }
  }

  /// Everything is well from now on: clocks stand where they are, members stay who they are.
  func heal() {
    world.isHealed = true
    world.say("all is healed")
    world.network.lag = 0
    world.network.unblockAll()
    for host in world.hosts {
      host.isStalled = false
      host.node?.goOn()
      restart(host)
    }
    world.network.release()
    announce()
  }
}
