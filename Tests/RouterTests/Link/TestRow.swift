// SPDX-License-Identifier: Apache-2.0
import Router
import Shard
import TestKit

import enum Proto.SeriesKey

/// A point as the stupid twin keeps it. Equal when the value is, bit by bit.
struct TestRow: Hashable {
  var name: [UInt8]
  var bits: UInt64
  var time: Int64
  var kind: UInt8 = 0

  init(_ name: String, _ value: Double, _ time: Int64 = 1_763_700_000) {
    self.init(Array(name.utf8), value, time)
  }

  init(_ name: [UInt8], _ value: Double, _ time: Int64, kind: UInt8 = 0) {
    self.name = name
    self.time = time
    self.kind = kind
    bits = value.bitPattern
  }

  var value: Double { Double(bitPattern: bits) }

  /// Rows of one of several natures: how values repeat, how times run, how many names there are.
  static func random(_ count: Int, names: Int, _ random: inout SplitMix64) -> [TestRow] {
    let palette = (0..<random.int(in: 1...300)).map { _ in double(&random) }
    let step = Double(random.int(in: -5...5))
    let nature = random.int(in: 0...5)
    let steadiness = [1, 3, 50, 1_000_000][random.int(in: 0...3)]
    let span = [0, 1, 300, 3600, 1 << 20][random.int(in: 0...4)]
    let kinds = [0, 0, 1, 3][random.int(in: 0...3)]
    var time = Int64(random.int(in: 0...1 << 40))
    return (0..<count).map { row in
      if random.oneIn(steadiness) { time = Int64(random.int(in: 0...span)) + 1 << 39 }
      let value: Double =
        switch nature {
        case 0: double(&random)
        case 1: palette[random.int(in: 0...palette.count - 1)]
        case 2: Double(random.int(in: -1000...1000))
        case 3: 1e12 + Double(row) * step
        case 4: random.oneIn(100) ? double(&random) : Double(row)
        default: random.double(in: 0...1)
        }
      return TestRow(
        key(random.int(in: 0...names - 1)), value, time, kind: UInt8(random.int(in: 0...kinds)))
    }
  }

  /// A name, or every third time a name with labels.
  static func key(_ number: Int) -> [UInt8] {
    let labels = number % 3 == 0 ? ["host": "h\(number)", "zone": name(number)] : [:]
    return SeriesKey.encode(metric: name(number), labels: labels)
  }

  /// Short and long ones, some that only zeros tell apart, some that are not ASCII.
  static func name(_ number: Int) -> String {
    switch number % 5 {
    case 0: String(repeating: "\0", count: number / 5 % 40 + 1)
    case 1: "metric.\(number)"
    case 2: "größe.\(number)"
    case 3: String(repeating: "n", count: number % 90 + 1)
    default: "\(number)"
    }
  }

  private static func double(_ random: inout SplitMix64) -> Double {
    let edges = [
      0, -0.0, 1, -1, .infinity, -.infinity, .leastNonzeroMagnitude, .greatestFiniteMagnitude,
      0x1p51, -0x1p51, 0x1p51 + 1, 0x1p51 - 0.5, 0x1p52, 0x1p53, -0x1p63, 0x1p63, 0.1, 1e-300,
    ]
    if random.oneIn(3) { return edges[random.int(in: 0...edges.count - 1)] }
    let value = Double(bitPattern: random.next())
    return value.isNaN ? 0.5 : value
  }
}

extension PointColumns {
  /// A batch of these rows alone.
  convenience init(_ rows: [TestRow]) {
    self.init(
      rowsMax: max(1, rows.count),
      nameBytesMax: rows.reduce(8) { $0 + ($1.name.count + 7) & ~7 })
    for (index, row) in rows.enumerated() {
      let isIn = append(
        hash: testHash(row.name), nameFrom: row.name.span.bytes, range: row.name.indices,
        value: row.value, time: row.time, ordinal: UInt32(index), kind: row.kind)
      precondition(isIn)
    }
  }
}

extension FrameColumns {
  /// A frame of these rows, with a dictionary of its own.
  init(_ rows: [TestRow], dictionary number: UInt32 = 1) {
    self.init(NameDictionary(number: number))
    let taken = take(PointColumns(rows))
    precondition(taken == .all)
  }
}

extension DecodedFrame {
  /// The rows, and whether each has its name's hash.
  var rows: [TestRow] {
    (0..<count).map { row in
      let name = Array(names[nameRange(row)])
      precondition(testHash(name) == hash(row))
      return TestRow(name, value(row), time(row), kind: kind(row))
    }
  }
}

extension FrameDecoder {
  /// The rows of a body.
  mutating func rows(
    _ body: [UInt8], _ count: Int, dictionary: UInt32 = 0
  ) throws(FrameFault) -> [TestRow] {
    try decode(body.span.bytes, rows: UInt32(count), dictionary: dictionary).rows
  }
}
