// SPDX-License-Identifier: Apache-2.0
public import Shard

/// Cuts slices for all receivers of one attempt: each gets the series whose names it owns when the
/// leaving node is not there.
public struct SliceSplit {
  private let table: PartitionTable
  private var parts: [NodeID: SliceParts]

  /// - Parameters:
  ///   - receivers: those who take over, with their weights.
  ///   - withdrawals: those who hold something of an earlier attempt and get nothing any more; an
  ///     empty part replaces it.
  /// - Precondition: there is a receiver.
  public init(_ heading: HandOverHeading, receivers: [Member], withdrawals: [NodeID] = []) {
    precondition(!receivers.isEmpty, "nobody takes over")
    table = PartitionTable(receivers.map { ($0.id, $0.weight) })
    parts = [:]
    for id in receivers.map(\.id) + withdrawals { parts[id] = SliceParts(heading) }
  }

  /// All to whom something goes, in order of ids.
  public var nodes: [NodeID] { parts.keys.sorted() }

  /// Series added, over all receivers.
  public var series: Int { parts.values.reduce(0) { $0 + $1.series } }

  /// Slices added, over all receivers.
  public var slices: Int { parts.values.reduce(0) { $0 + $1.slices } }

  /// Series and slices added for one receiver.
  public func count(for node: NodeID) -> (series: Int, slices: Int) {
    (parts[node]?.series ?? 0, parts[node]?.slices ?? 0)
  }

  /// Adds a batch; gives back the parts that became full, by receiver. O(bytes).
  public mutating func add(_ batch: SliceBatch) -> [NodeID: [[UInt8]]] {
    var full: [NodeID: [[UInt8]]] = [:]
    for series in 0..<batch.series {
      let partition = Placement.partition(batch.hashes[series])
      guard let owner = table.owner(partition) else { preconditionFailure("no owner") }
      let parts = self.parts[owner]?.add(series: series, of: batch) ?? []
      if !parts.isEmpty { full[owner, default: []] += parts }
    }
    return full
  }

  /// The last part for a receiver.
  public mutating func finish(for node: NodeID) -> [UInt8]? { parts[node]?.finish() }
}
