// SPDX-License-Identifier: Apache-2.0

/// One client's stream of points to one node, and what the node does with it.
final class Call {
  let number: Int
  /// The life that takes it: a client does not follow a node into its next life.
  let node: SimNode
  /// All points sent so far, in order.
  var points: [PointNumber] = []
  /// When the last message arrives: none overtakes another. Virtual microseconds.
  var arrival: Int64 = 0
  /// The client sends no more, and the node knows.
  var isEnded = false

  // What the node counts.
  var unsettled = 0
  var received = 0
  var rejected = 0
  var hinted = 0
  var hasAnswered = false

  /// The client has its Ack, or knows that it gets none.
  var isOver = false

  init(number: Int, node: SimNode) {
    self.number = number
    self.node = node
  }
}

/// What the node tells the client, as in `telemetry.Ack`.
struct CallAck {
  var received: Int
  var rejected: Int
  var hinted: Int
}
