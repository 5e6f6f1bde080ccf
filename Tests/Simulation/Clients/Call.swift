// SPDX-License-Identifier: Apache-2.0
import TestKit

/// One client's stream of points to one node, and what the node does with it.
final class Call {
  /// What is called.
  enum Kind {
    /// `PushPoints`.
    case points
    /// `RecordMetrics`.
    case metrics

    /// Chance of what the call's client does.
    var plot: ReferenceWritableKeyPath<World, SplitMix64> {
      self == .points ? \.plot : \.metricPlot
    }
  }

  let number: Int
  let kind: Kind
  /// The life that takes it: a client does not follow a node into its next life.
  let node: SimNode
  /// All points sent so far, in order.
  var points: [PointNumber] = []
  /// Those of them that no node may take.
  var spoilt: Set<PointNumber> = []
  /// Which message is no metric: neither it nor what comes behind it is taken.
  var endsAt: Int?
  /// When the last message arrives: none overtakes another. Virtual microseconds.
  var arrival: Int64 = 0
  /// The client sends no more, and the node knows; or the node takes no more.
  var isEnded = false

  // What the node counts.
  var unsettled = 0
  var received = 0
  var rejected = 0
  var hinted = 0
  var hasAnswered = false
  /// Of metrics.
  let sum: MetricSum?
  /// Points that the node has looked at.
  var taken: Int { received + rejected + unsettled }

  /// The client has its Ack, or knows that it gets none.
  var isOver = false

  init(_ kind: Kind, number: Int, node: SimNode) {
    self.kind = kind
    self.number = number
    self.node = node
    sum = kind == .metrics ? MetricSum() : nil
  }
}

/// What the node tells the client, as in `telemetry.Ack`.
struct CallAck: CustomStringConvertible {
  var received: Int
  var rejected: Int
  var hinted: Int
  /// Of metrics: the bytes of a `metrics.v1.MetricsSummary`.
  var summary: [UInt8]?

  var description: String { "\(received) received, \(hinted) hinted, \(rejected) rejected" }
}
