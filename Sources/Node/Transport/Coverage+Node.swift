// SPDX-License-Identifier: Apache-2.0
import Proto
import Protobuf

extension Coverage {
  /// Of a node that belongs to no cluster.
  static func alone(latency: Duration) -> Coverage {
    .with {
      $0.complete = true
      $0.nodes = [
        .with {
          $0.nodeId = "alone"
          $0.answered = true
          $0.latencyMicroseconds = Int64(latency / .microseconds(1))
        }
      ]
    }
  }
}

extension SummaryCoverage {
  /// A coverage as a node sent it.
  init(_ coverage: Coverage) {
    self.init(
      complete: coverage.complete, epoch: coverage.epoch, nodes: coverage.nodes.map(Node.init),
      membershipUnknown: coverage.membershipUnknown)
  }
}

extension SummaryCoverage.Node {
  /// One node's part as a node sent it.
  init(_ node: NodeCoverage) {
    self.init(
      id: node.nodeId, incarnation: node.incarnation, answered: node.answered, error: node.error,
      latencyMicroseconds: node.latencyMicroseconds,
      stalenessMilliseconds: node.stalenessMilliseconds, pointsHinted: node.pointsHinted,
      handedOver: node.handedOver)
  }
}
