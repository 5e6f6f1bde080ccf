// SPDX-License-Identifier: Apache-2.0

/// Metrics that have been taken in and of which it is not known yet whether they stay, by turn:
/// what is rejected later cannot be taken out of a minimum. Bounded by the stream's credit.
///
/// A turn is named by the identity of an object, which must live until it is settled.
public struct MetricBacklog: Sendable {
  private struct Entry: Sendable {
    /// In the stream.
    var index: Int64
    var row: UInt32
    var value: Double
    var time: Int64
    var isRejected = false
  }

  private var turns: [(turn: ObjectIdentifier, entries: [Entry])] = []

  /// Nothing waits.
  public init() {}

  /// A metric of the latest turn, or the first of a new one; indices only grow. O(1).
  ///
  /// - Parameters:
  ///   - index: in the stream.
  ///   - row: of the table that the turn will be settled into.
  ///   - time: as it was admitted, Unix seconds.
  public mutating func append(
    _ turn: ObjectIdentifier, index: Int64, row: UInt32, value: Double, time: Int64
  ) {
    if turns.last?.turn != turn { turns.append((turn, [])) }
    turns[turns.count - 1].entries.append(Entry(index: index, row: row, value: value, time: time))
  }

  /// A metric does not stay after all. O(log metrics) for each turn that is open.
  public mutating func reject(index: Int64) {
    for number in turns.indices {
      var low = 0
      var high = turns[number].entries.count
      while low < high {
        let middle = (low + high) / 2
        if turns[number].entries[middle].index < index { low = middle + 1 } else { high = middle }
      }
      guard low < turns[number].entries.count, turns[number].entries[low].index == index else {
        continue
      }
      turns[number].entries[low].isRejected = true
    }
  }

  /// Counts what stays of a turn of which everything is known; one without metrics is none.
  /// O(metrics of the turn).
  public mutating func settle(_ turn: ObjectIdentifier, into table: inout MetricTable) {
    guard let number = turns.firstIndex(where: { $0.turn == turn }) else { return }
    for entry in turns.remove(at: number).entries where !entry.isRejected {
      table.add(entry.row, entry.value, time: entry.time)
    }
  }
}
