// SPDX-License-Identifier: Apache-2.0
import Proto
import Router
import Shard
import TestKit

/// A run from beginning to end: actions under faults, healing, rest, the last questions.
public enum Play {
  /// Runs one seed.
  public static func run(_ options: RunOptions) -> RunResult {
    let scenario = Scenario(options)
    let world = World(scenario, isTracing: options.isTracing)
    let play = Director(world)
    play.perform()
    defer { world.end() }
    world.tallies[.seeds] += 1
    world.tallies[.virtualSeconds] += Int(world.now / 1_000_000)
    return RunResult(
      seed: options.seed, violation: world.violation, trace: world.trace.lines,
      tallies: world.tallies, digest: world.digest, scenario: scenario.summary)
  }
}

/// Decides what happens next.
private final class Director {
  private let world: World
  private let faults: Faults
  private var actionsLeft: Int
  private var reportsOpen = 0

  init(_ world: World) {
    self.world = world
    faults = Faults(world)
    actionsLeft = world.scenario.actions
  }

  func perform() {
    begin()
    world.run { self.actionsLeft <= 0 }
    faults.heal()
    let deadline = world.now + Scenario.restMicrosecondsMax
    rest(until: deadline)
    lastQuestions()
    lastUpdates()
    checkLosses()
  }

  private func begin() {
    for index in 0..<world.scenario.hosts {
      world.hosts.append(Host(world, index: index))
      world.membership.append(index < world.scenario.membersAtFirst)
    }
    for host in world.hosts {
      if world.scenario.clocks != .expiring {
        host.setClock(offset: Int64(world.plot.int(in: -5...5)))
      }
      if world.membership[host.index] { host.start() }
    }
    world.after(100_000, "action") { self.act() }
    world.batchClients.start(&world.batchPlot)
    world.clients.record()
    world.subscribers.start()
  }

  private func act() {
    guard actionsLeft > 0 else { return }
    actionsLeft -= 1
    switch world.plot.int(in: 0...99) {
    case 0..<50: world.clients.call()
    case 50..<65: ask()
    default: faults.happen()
    }
    let pause = Int64(world.plot.int(in: 1...2 * world.scenario.actionMicroseconds))
    world.after(pause, "action") { self.act() }
  }

  private func ask() {
    let up = world.hosts.filter(\.isUp)
    guard !up.isEmpty, let node = up[world.plot.int(in: 0...up.count - 1)].node else { return }
    world.perform(on: node) { self.ask(node) }
  }

  private func ask(_ node: SimNode) {
    let acked = world.model.ackedNow
    world.tallies[.reports] += 1
    let request = ReportRequest.any(
      &world.questionPlot, now: node.wall, shape: world.scenario.shape)
    if request.from ?? request.to ?? request.windowSeconds != nil {
      world.tallies[.reportsOfSpans] += 1
    }
    if !request.wantsHistograms { world.tallies[.reportsWithoutHistograms] += 1 }
    node.report(request) { [unowned world] gathered, asOf, known in
      let isComplete = gathered.coverage.complete
      world.tallies[isComplete ? .reportsComplete : .reportsIncomplete] += 1
      world.say("report of \(node.identity), complete: \(isComplete)")
      world.model.check(
        gathered.report, isComplete: isComplete, acked: acked,
        terms: ReportTerms(request: request, asOf: asOf, shape: world.scenario.shape),
        known: known)
    }
  }

  // MARK: Rest

  /// Looks once a second, once all nodes have been told who belongs to the cluster.
  private func rest(until deadline: Int64) {
    world.run(until: world.now + Faults.announceMicrosecondsMax)
    while world.violation == nil {
      world.run(until: world.now + 1_000_000)
      if isAtRest { return }
      if world.now >= deadline { return world.broken(.liveness, restless) }
    }
  }

  private var isAtRest: Bool {
    world.clients.waiting.isEmpty && world.batchClients.isAtRest
      && world.hosts.allSatisfy { $0.node?.isAtRest ?? true }
  }

  private var restless: String {
    let calls = world.clients.waiting.map { "\($0.number) at \($0.node.identity)" }
    let nodes = world.hosts.compactMap(\.node).filter { !$0.isAtRest }
    return "calls that wait: \(calls); nodes: \(nodes.map(\.unrest))"
  }

  /// Each node is asked; all must know the same.
  private func lastQuestions() {
    for host in world.hosts {
      guard world.violation == nil, let node = host.node, !node.isOver else { continue }
      askLast(node, hasAsked: false)
    }
  }

  /// By its first question a node may hear of new lives of nodes that it has no link with.
  private func askLast(_ node: SimNode, hasAsked: Bool) {
    let request = ReportRequest(wantsHistograms: true)
    // It may find others while it asks those.
    let peers = node.membership.view.peers.map(\.id.text)
    var answer: (gathered: GatheredReport, asOf: Int64)?
    world.perform(on: node) {
      node.report(request) { gathered, asOf, _ in answer = (gathered, asOf) }
    }
    world.run { answer != nil }
    guard let (gathered, asOf) = answer else { return }
    let isNews = gathered.coverage.nodes.contains { $0.answered && !$0.error.isEmpty }
    if isNews && !hasAsked { return askLast(node, hasAsked: true) }
    let shape = world.scenario.shape
    checkLast(gathered, ReportTerms(request: request, asOf: asOf, shape: shape), node, peers)
  }

  /// Only nodes that the asked one cannot know where to find may be missing, and then it says so.
  private func checkLast(
    _ gathered: GatheredReport, _ terms: ReportTerms, _ node: SimNode, _ peers: [String]
  ) {
    world.tallies[.reportsAtRest] += 1
    let missing = gathered.coverage.nodes.filter { !$0.answered && !$0.handedOver }
    let silent = missing.filter { peers.contains($0.nodeId) }
    if gathered.coverage.complete != missing.isEmpty || !silent.isEmpty {
      return world.broken(
        .liveness, "at rest \(node.identity) says \(describe(gathered.coverage))")
    }
    if !missing.isEmpty { world.tallies[.reportsOfStrangers] += 1 }
    var without = Set(missing.map(\.nodeId))
    if world.scenario.clocks == .wild {
      // Whoever's clock goes hours ahead forgets those who are no members any more.
      let known = gathered.coverage.nodes.map(\.nodeId)
      without.formUnion(world.hosts.map(\.id.text).filter { !known.contains($0) })
    }
    world.model.checkAtRest(gathered.report, terms: terms, without: without)
  }

  /// Each reader of a live report is told; all must know the same.
  private func lastUpdates() {
    guard world.violation == nil else { return }
    world.subscribers.rest { [unowned self] telling in
      world.tallies[.liveReportsAtRest] += 1
      let (held, report) = (telling.subscriber.held, telling.report)
      checkLast(held.gathered, world.model.terms(of: report), report.node, report.peers)
    }
    world.run(until: world.now + LiveScenario.restMicrosecondsMax) {
      world.subscribers.untold.isEmpty
    }
    let untold = world.subscribers.untold.sorted()
    if !untold.isEmpty {
      world.broken(.liveness, "at rest subscribers \(untold) are told nothing")
    }
  }

  private func describe(_ coverage: Coverage) -> String {
    coverage.nodes.map { "\($0.nodeId) \($0.answered) \($0.error) \($0.pointsHinted)" }
      .joined(separator: ", ")
  }

  private func checkLosses() {
    guard world.violation == nil else { return }
    var givenUp = 0
    for node in world.hosts.compactMap(\.node) {
      let links = node.linkSum
      givenUp += node.accounts.givenUp + links.pointsGivenUp
      if !node.isOver { node.tallyLinks() }
    }
    world.tallies[.pointsGivenUp] += givenUp
    world.model.checkLosses(givenUp: givenUp)
  }
}
