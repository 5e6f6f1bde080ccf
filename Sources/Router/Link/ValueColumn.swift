// SPDX-License-Identifier: Apache-2.0

/// The values of a frame, in the shortest of three encodings. Which one is chosen shows in nothing
/// but the size: every value comes back bit by bit.
enum ValueColumn {
  /// The byte before the column.
  enum Encoding: UInt8 {
    /// Their bits, a word column.
    case bits = 0
    /// Whole numbers: the least as eight bytes, then what each is above it, a word column.
    case integers = 1
    /// Few that repeat: how many (varint), the values (eight bytes each), then for each row which
    /// one, a word column.
    case table = 2
  }

  /// Whole numbers of up to this magnitude differ exactly, and their sums with `shift` keep them.
  static let integerMax: Int64 = 1 << 51

  /// Added to a double of at most 2^51, it leaves no place for a fraction: the sum's bits count.
  private static let shift = 0x1.8p52

  static func append(_ values: [Double], to body: inout FrameBodyWriter) {
    unsafe values.withUnsafeBufferPointer { values in
      let integers = unsafe Integers(values)
      let varying = unsafe integers?.varying ?? self.varying(values)
      let planes = WordColumn.planes(varying).nonzeroBitCount
      if let table = unsafe ValueTable(values, planes: planes) {
        append(table, to: &body)
      } else if let integers {
        body.append(Encoding.integers.rawValue)
        body.append(fixed64: UInt64(bitPattern: integers.least))
        WordColumn.append(rows: values.count, varying: varying, to: &body) { row in
          unsafe (values[row] + shift).bitPattern &- integers.leastBits
        }
      } else {
        body.append(Encoding.bits.rawValue)
        WordColumn.append(rows: values.count, varying: varying, to: &body) { row in
          unsafe values[row].bitPattern
        }
      }
    }
  }

  private static func append(_ table: ValueTable, to body: inout FrameBodyWriter) {
    body.append(Encoding.table.rawValue)
    body.append(varint: UInt64(table.values.count))
    for value in table.values { body.append(fixed64: value) }
    let varying = UInt64.max >> UInt64((table.values.count - 1).leadingZeroBitCount)
    WordColumn.append(rows: table.indices.count, varying: varying, to: &body) { row in
      UInt64(table.indices[row])
    }
  }

  private static func varying(_ values: UnsafeBufferPointer<Double>) -> UInt64 {
    let first = unsafe values[0].bitPattern
    var varying: UInt64 = 0
    for row in values.indices { varying |= unsafe values[row].bitPattern ^ first }
    return varying
  }

  /// What is to be known of values that are all whole numbers.
  private struct Integers {
    let least: Int64
    let leastBits: UInt64
    let varying: UInt64

    /// Nil when they are not; -0.0 is none. A look at the first few spares most others the rest.
    init?(_ values: UnsafeBufferPointer<Double>) {
      guard unsafe Integers.areWhole(values, count: min(16, values.count)),
        unsafe Integers.areWhole(values, count: values.count)
      else { return nil }
      var least = unsafe values[0]
      var greatest = least
      for row in values.indices {
        let value = unsafe values[row]
        least = value < least ? value : least
        greatest = value > greatest ? value : greatest
      }
      guard abs(least) <= Double(integerMax), abs(greatest) <= Double(integerMax) else {
        return nil
      }
      self.least = Int64(least)
      leastBits = (least + shift).bitPattern
      varying = UInt64.max >> UInt64((Int64(greatest) - Int64(least)).leadingZeroBitCount)
    }

    private static func areWhole(_ values: UnsafeBufferPointer<Double>, count: Int) -> Bool {
      var difference: UInt64 = 0
      for row in 0..<count {
        let value = unsafe values[row]
        difference |= ((value + shift) - shift).bitPattern ^ value.bitPattern
      }
      return difference == 0
    }
  }
}

extension ValueColumn {
  /// The values of `rows` rows.
  static func read(
    rows: Int, _ reader: inout FrameBodyReader, _ body: RawSpan
  ) throws(FrameFault) -> [Double] {
    let start = reader.offset
    switch Encoding(rawValue: try reader.byte(body)) {
    case .bits: return try readBits(rows, &reader, body)
    case .integers: return try readIntegers(rows, &reader, body)
    case .table: return try readTable(rows, &reader, body)
    case nil: throw .malformed(.encodingUnknown, offset: start)
    }
  }

  private static func readBits(
    _ rows: Int, _ reader: inout FrameBodyReader, _ body: RawSpan
  ) throws(FrameFault) -> [Double] {
    var nan = rows
    let values = try unsafe column(rows) { (start) throws(FrameFault) in
      try WordColumn.read(rows: rows, &reader, body) { row, word in
        let value = Double(bitPattern: word)
        if value != value { nan = min(nan, row) }
        unsafe start[row] = value
      }
    }
    if nan < rows { throw .valueNaN(row: nan) }
    return values
  }

  private static func readIntegers(
    _ rows: Int, _ reader: inout FrameBodyReader, _ body: RawSpan
  ) throws(FrameFault) -> [Double] {
    let offset = reader.offset
    let least = Int64(bitPattern: try reader.fixed64(body))
    guard least.magnitude <= UInt64(integerMax) else {
      throw .malformed(.numberOutOfRange, offset: offset)
    }
    return try unsafe column(rows) { (start) throws(FrameFault) in
      try WordColumn.read(rows: rows, &reader, body) { row, word in
        unsafe start[row] = Double(least &+ Int64(truncatingIfNeeded: word))
      }
    }
  }

  private static func readTable(
    _ rows: Int, _ reader: inout FrameBodyReader, _ body: RawSpan
  ) throws(FrameFault) -> [Double] {
    let count = try reader.varint(in: 1...rows, body, else: .numberOutOfRange)
    var table: [Double] = []
    table.reserveCapacity(count)
    for _ in 0..<count { table.append(Double(bitPattern: try reader.fixed64(body))) }
    let offset = reader.offset
    var isOutside = false
    var nan = rows
    let values = try unsafe column(rows) { (start) throws(FrameFault) in
      try WordColumn.read(rows: rows, &reader, body) { row, word in
        let isInside = word < UInt64(count)
        let value = table[isInside ? Int(truncatingIfNeeded: word) : 0]
        isOutside = isOutside || !isInside
        if value != value { nan = min(nan, row) }
        unsafe start[row] = value
      }
    }
    if isOutside { throw .malformed(.numberOutOfRange, offset: offset) }
    if nan < rows { throw .valueNaN(row: nan) }
    return values
  }

  /// An array of `rows` that `fill` writes, all of it or none.
  @unsafe @inline(__always)
  private static func column(
    _ rows: Int, _ fill: (UnsafeMutablePointer<Double>) throws(FrameFault) -> Void
  ) throws(FrameFault) -> [Double] {
    try [Double](capacity: rows) { (free) throws(FrameFault) in
      try unsafe free.withUnsafeMutableBufferPointer { (buffer, written) throws(FrameFault) in
        try unsafe fill(buffer.baseAddress!)
        written = rows
      }
    }
  }
}
