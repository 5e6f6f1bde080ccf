// SPDX-License-Identifier: Apache-2.0
import TestKit

/// All readers of live reports, and the streams that they have opened.
final class Subscribers {
  private unowned let world: World
  private var subscribers: [Subscriber] = []
  private var streams: [LiveStream] = []
  /// Those that have not been told of a report that was begun at rest.
  private(set) var untold: Set<Int> = []
  private var restedAt = Int64.max
  private var onRest: (LiveTelling) -> Void = { _ in }

  init(_ world: World) { self.world = world }

  /// The readers of the run begin.
  func start() {
    var chance = world.scenario.live.chance
    for number in 0..<world.scenario.live.subscribers {
      let subscriber = Subscriber(world, number: number, chance: chance.split())
      subscribers.append(subscriber)
      subscriber.start()
    }
  }

  func stream(_ subscriber: Subscriber, to node: SimNode, interval: Int64) -> LiveStream {
    world.tallies[.liveStreams] += 1
    streams.removeAll { $0.isOverAtNode || $0.node.isOver }
    let stream = LiveStream(world, subscriber, node, interval: interval)
    streams.append(stream)
    return stream
  }

  /// A node has died, or has left.
  func died(_ node: SimNode) {
    node.live.end()
    for stream in streams where stream.node === node { stream.died() }
  }

  // MARK: Rest

  /// Everything is at rest: `onRest` gets the first report of each reader that was begun from now
  /// on.
  func rest(_ onRest: @escaping (LiveTelling) -> Void) {
    restedAt = world.now
    self.onRest = onRest
    untold = Set(subscribers.map(\.number))
  }

  func told(_ telling: LiveTelling) {
    guard telling.report.beganAt >= restedAt else { return }
    if untold.remove(telling.subscriber.number) != nil { onRest(telling) }
  }

  func end() {
    subscribers = []
    streams = []
  }
}
