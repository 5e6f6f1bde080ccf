// SPDX-License-Identifier: Apache-2.0
internal import Proto
public import Shard

/// Which labels tell the rows of an answer apart: series with the same values of these are one row.
public struct ReportGrouping: Sendable, Hashable {
  /// Rows have the metric's name.
  private let hasName: Bool
  /// In order of their bytes, each once.
  private let labels: [[UInt8]]

  /// Groups by labels, ``Selector/nameLabel`` for the metric's name; none: all series are one row.
  public init(by labels: [String]) {
    hasName = labels.contains(Selector.nameLabel)
    self.labels = Set(labels.filter { $0 != Selector.nameLabel }.map { Array($0.utf8) })
      .sorted { $0.lexicographicallyPrecedes($1) }
  }

  /// The groups as rows, in no order; their names are the keys of what they have in common, which
  /// may be nothing. Statistics are added up as ``ReportMerger`` does. O(bytes).
  public func applied(to report: PartialReport) -> PartialReport {
    var bytes: [UInt8] = []
    var ends: [Int] = []
    var hashes: [UInt64] = []
    ends.reserveCapacity(report.count)
    hashes.reserveCapacity(report.count)
    for row in 0..<report.count {
      let start = bytes.count
      append(report.nameBytes.span.extracting(report.nameRange(row)), to: &bytes)
      ends.append(bytes.count)
      hashes.append(unsafe SeriesKey.hash(bytes.span.bytes, start..<bytes.count))
    }
    var merger = ReportMerger()
    merger.add(report.renamed(nameBytes: bytes, nameEnds: ends, hashes: hashes))
    return merger.finish()
  }

  /// Appends the group's key to `group`: what it keeps of a series' key.
  private func append(_ key: Span<UInt8>, to group: inout [UInt8]) {
    let nameEnd = ReportGrouping.labelEnd(key, from: 0)
    if hasName { ReportGrouping.copy(key, 0..<nameEnd, to: &group) }
    var start = nameEnd
    var next = 0
    // Both the key's labels and the grouping's are in order of their bytes.
    while start < key.count, next < labels.count {
      let end = ReportGrouping.labelEnd(key, from: start + 1)
      let order = ReportGrouping.order(key, start + 1, labels[next])
      if order < 0 {
        start = end
      } else {
        if order == 0 {
          ReportGrouping.copy(key, start..<end, to: &group)
          start = end
        }
        next += 1
      }
    }
  }

  private static func copy(_ key: Span<UInt8>, _ range: Range<Int>, to group: inout [UInt8]) {
    for index in range { group.append(key[index]) }
  }

  /// Where the next label begins, or the key ends.
  private static func labelEnd(_ key: Span<UInt8>, from start: Int) -> Int {
    var offset = start
    while offset < key.count, key[offset] != SeriesKey.labelMark { offset += 1 }
    return offset
  }

  /// Compares the label's name that begins at `start` of a key with another name.
  private static func order(_ key: Span<UInt8>, _ start: Int, _ name: [UInt8]) -> Int {
    for (index, byte) in name.enumerated() {
      let own = key[start + index]
      if own == SeriesKey.valueMark { return -1 }
      if own != byte { return own < byte ? -1 : 1 }
    }
    return key[start + name.count] == SeriesKey.valueMark ? 0 : 1
  }
}
