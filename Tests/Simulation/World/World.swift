// SPDX-License-Identifier: Apache-2.0
import TestKit

/// One simulated cluster and all around it, decided by one seed: hosts, the network between them,
/// clients, faults, virtual time, and the model that knows the truth.
///
/// One event after the other, on one thread. Nothing here reads a clock or a source of chance other
/// than the seed's.
final class World {
  let scenario: Scenario
  let model: Model
  private(set) var now: Int64 = 0
  private(set) var violation: Violation?
  private(set) var digest: UInt64 = 0xCBF2_9CE4_8422_2325
  var tallies = Tallies()
  var trace: Trace
  /// Chance of the network's delays.
  var weather: SplitMix64
  /// Chance of what clients and faults do, so that a change in the product's chatter does not
  /// change the plot.
  var plot: SplitMix64
  /// Chance of what clients of batches do.
  var batchPlot: SplitMix64
  /// Chance of what reports are asked for.
  var questionPlot: SplitMix64
  /// Chance of what clients of `RecordMetrics` do.
  var metricPlot: SplitMix64
  var hosts: [Host] = []
  /// Ids that the source of membership names now, by host.
  var membership: [Bool] = []
  /// No more faults from here on.
  var isHealed = false
  private(set) lazy var network = Network(self)
  private(set) lazy var clients = Clients(self)
  private(set) lazy var batchClients = BatchClients(self)
  private(set) lazy var subscribers = Subscribers(self)

  private var events = EventQueue()
  private var livesStarted = 0

  init(_ scenario: Scenario, isTracing: Bool) {
    self.scenario = scenario
    trace = Trace(isOn: isTracing)
    var seed = SplitMix64(seed: scenario.seed ^ 0x5EED)
    weather = seed.split()
    plot = seed.split()
    batchPlot = seed.split()
    questionPlot = SplitMix64(seed: scenario.seed ^ 0xA5CED)
    metricPlot = seed.split()
    model = Model(scenario)
    model.world = self
  }

  /// Unix seconds where nobody's clock is wrong.
  var trueSeconds: Int64 { Scenario.epochSeconds + now / 1_000_000 }

  func nextLife() -> Int {
    livesStarted += 1
    return livesStarted - 1
  }

  // MARK: Events

  /// Plans what is to happen in so many virtual microseconds.
  func after(_ microseconds: Int64, _ label: StaticString, _ body: @escaping () -> Void) {
    events.add(at: now + max(0, microseconds), label, body)
  }

  /// Plans it for a node's life: dropped when that has ended, put off while it is paused.
  func after(
    _ microseconds: Int64, on node: SimNode, _ label: StaticString, _ body: @escaping () -> Void
  ) {
    after(microseconds, label) { [unowned self] in perform(on: node, body) }
  }

  /// Does it now, or when the node goes on; never when its life has ended.
  func perform(on node: SimNode, _ body: @escaping () -> Void) {
    if node.isOver { return }
    if node.isPaused { return node.putOff(body) }
    body()
    node.checkAccounts()
  }

  /// Lets events happen until `isDone`, a violation, the virtual time, or none is left.
  func run(until time: Int64 = .max, _ isDone: () -> Bool = { false }) {
    while violation == nil, !isDone(), let next = events.nextTime, next <= time {
      guard let entry = events.popFirst() else { return }
      now = entry.time
      tallies[.events] += 1
      note(UInt64(bitPattern: now) ^ UInt64(entry.label.utf8CodeUnitCount) << 48)
      entry.body()
    }
    if violation == nil, time != .max, now < time, !isDone() { now = time }
  }

  /// Breaks the circles of references.
  func end() {
    events.removeAll()
    subscribers.end()
    for host in hosts {
      host.node?.end()
      host.node = nil
    }
  }

  // MARK: Findings

  /// Makes the digest depend on it: two runs of one seed must agree.
  func note(_ word: UInt64) {
    digest = (digest ^ word) &* 0x0000_0100_0000_01B3
    digest ^= digest >> 29
  }

  /// The first finding ends the run.
  func broken(_ invariant: Violation.Invariant, _ detail: @autoclosure () -> String) {
    guard violation == nil else { return }
    let found = Violation(invariant: invariant, detail: detail(), microseconds: now)
    violation = found
    say("BROKEN \(found)")
  }

  func say(_ line: @autoclosure () -> String) {
    guard trace.isOn else { return }
    let seconds = now / 1_000_000
    let micros = String(1_000_000 + now % 1_000_000).dropFirst()
    trace.add("\(seconds).\(micros) \(line())")
  }
}
