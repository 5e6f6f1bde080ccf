// SPDX-License-Identifier: Apache-2.0
import TestKit

/// All clients of `PushBatches`, and the streams that they have opened.
final class BatchClients {
  private unowned let world: World
  private var clients: [BatchClient] = []
  private var streams: [BatchStream] = []

  init(_ world: World) { self.world = world }

  var isAtRest: Bool { clients.allSatisfy(\.isAtRest) }

  /// The clients of the run begin.
  func start(_ chance: inout SplitMix64) {
    for number in 0..<world.scenario.batchClients {
      let client = BatchClient(world, number: number, chance: chance.split())
      clients.append(client)
      client.start()
    }
  }

  func stream(_ client: BatchClient, to node: SimNode, lag: Int64) -> BatchStream {
    world.tallies[.batchStreams] += 1
    streams.removeAll { $0.nodeEnd == .over || $0.node.isOver }
    let stream = BatchStream(world, client, node, lag: lag)
    streams.append(stream)
    return stream
  }

  /// Streams that a node has not ended, in the order in which they were opened.
  func streams(to node: SimNode) -> [BatchStream] {
    streams.filter { $0.node === node && $0.nodeEnd != .over }
  }

  /// A node has died: who had a stream to it will know.
  func died(_ node: SimNode) {
    let tells = !world.weather.oneIn(3)
    for stream in streams where stream.node === node && tells { stream.died() }
  }
}
