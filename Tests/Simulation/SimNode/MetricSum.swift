// SPDX-License-Identifier: Apache-2.0
import Proto

/// What a node keeps of one stream of metrics, to sum it up: a metric counts when its turn is done,
/// that is, when it is known of all of the stream's metrics in it whether they stay.
final class MetricSum {
  /// The stream's part of one turn of the node.
  private final class Turn {
    var unsettled = 0
    var isClosed = false
  }

  private var table = MetricTable()
  private var backlog = MetricBacklog()
  private var turn: Turn?
  private var turnsOpen = 0
  /// Where each metric is that waits for its settlement.
  private var places: [PointNumber: (index: Int, turn: Turn)] = [:]

  /// All that came is counted, or rejected.
  var isDone: Bool { turnsOpen == 0 }
  /// Of a `metrics.v1.MetricsSummary`.
  var bytes: [UInt8] { table.encoded() }

  /// A metric may come in, with the name at `range`.
  func place(
    _ point: PointNumber, index: Int, _ bytes: RawSpan, _ range: Range<Int>, value: Double,
    time: Int64
  ) {
    guard let row = table.row(FNV.hash(bytes, range), bytes, range) else {
      preconditionFailure("a few names only are sent")
    }
    let turn = turn ?? Turn()
    if self.turn == nil { turnsOpen += 1 }
    self.turn = turn
    turn.unsettled += 1
    places[point] = (index, turn)
    backlog.append(
      ObjectIdentifier(turn), index: Int64(index), row: row, value: value, time: time)
  }

  /// Whether the metric was placed, and is not settled yet.
  func waits(for point: PointNumber) -> Bool { places[point] != nil }

  /// A metric that was placed does not stay after all.
  func reject(_ point: PointNumber) {
    if let index = places[point]?.index { backlog.reject(index: Int64(index)) }
  }

  /// It is known what became of a metric.
  func settled(_ point: PointNumber) {
    guard let turn = places.removeValue(forKey: point)?.turn else { return }
    turn.unsettled -= 1
    countIfDone(turn)
  }

  /// What comes from now on is of the next turn.
  func closeTurn() {
    guard let turn else { return }
    self.turn = nil
    turn.isClosed = true
    countIfDone(turn)
  }

  private func countIfDone(_ turn: Turn) {
    guard turn.isClosed, turn.unsettled == 0 else { return }
    turnsOpen -= 1
    backlog.settle(ObjectIdentifier(turn), into: &table)
  }
}
