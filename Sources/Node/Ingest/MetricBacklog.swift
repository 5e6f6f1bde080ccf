// SPDX-License-Identifier: Apache-2.0

/// Metrics that have been taken in and of which it is not known yet whether they stay, by turn:
/// what is rejected later cannot be taken out of a minimum. Bounded by the stream's credit.
struct MetricBacklog {
  private struct Entry {
    /// In the stream.
    var index: Int64
    var row: UInt32
    var value: Double
    var time: Int64
    var isRejected = false
  }

  private var turns: [(turn: ObjectIdentifier, entries: [Entry])] = []

  /// A metric of the turn; indices only grow.
  mutating func append(
    _ turn: IngestTurn, index: Int64, row: UInt32, value: Double, time: Int64
  ) {
    if turns.last?.turn != ObjectIdentifier(turn) { turns.append((ObjectIdentifier(turn), [])) }
    turns[turns.count - 1].entries.append(Entry(index: index, row: row, value: value, time: time))
  }

  /// A metric does not stay after all. O(log metrics) for each turn that is open.
  mutating func reject(index: Int64) {
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

  /// Counts what stays of a turn that is done.
  mutating func settle(_ turn: IngestTurn, into table: inout MetricTable) {
    guard let number = turns.firstIndex(where: { $0.turn == ObjectIdentifier(turn) }) else {
      return
    }
    for entry in turns.remove(at: number).entries where !entry.isRejected {
      table.add(entry.row, entry.value, time: entry.time)
    }
  }
}
