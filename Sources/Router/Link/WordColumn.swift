// SPDX-License-Identifier: Apache-2.0

/// A column of 64-bit words as byte planes: all lowest bytes, then all second ones, and so on.
///
/// One byte says which planes follow (bit k: plane k); of the others every row has the same byte,
/// and those bytes come next, then the planes, each as long as there are rows. Like bytes come to
/// lie together, which is what a compressor needs.
enum WordColumn {
  /// Appends a column of `rows` words, of which the bits outside `varying` are all the same.
  @inline(__always)
  static func append(
    rows: Int, varying: UInt64, to body: inout FrameBodyWriter, _ word: (Int) -> UInt64
  ) {
    let mask = planes(varying)
    body.append(mask)
    let first = word(0)
    for plane in 0..<8 where mask & 1 << plane == 0 {
      body.append(UInt8(truncatingIfNeeded: first >> UInt64(8 * plane)))
    }
    guard mask != 0 else { return }
    // A plane is `rows` long: blocks store eight bytes as long as there are eight rows.
    unsafe body.append(count: mask.nonzeroBitCount * rows) { start in
      var row = 0
      while row < rows {
        var block = ByteBlock()
        let count = min(8, rows - row)
        if count == 8 {
          for index in 0..<8 { block.words[index] = word(row &+ index) }
        } else {
          for index in 0..<count { block.words[index] = word(row + index) }
        }
        block.transpose()
        var target = unsafe start + row
        for plane in 0..<8 where mask & 1 << plane != 0 {
          unsafe store(block.words[plane], count, to: target)
          unsafe target += rows
        }
        row += 8
      }
    }
  }

  /// Reads a column of `rows` words and hands out each. The planes that it has are all there before
  /// the first is handed out.
  @inline(__always)
  static func read(
    rows: Int, _ reader: inout FrameBodyReader, _ body: RawSpan, _ each: (Int, UInt64) -> Void
  ) throws(FrameFault) {
    let mask = try reader.byte(body)
    var constants = ByteBlock()
    for plane in 0..<8 where mask & 1 << plane == 0 {
      constants.words[plane] = UInt64(try reader.byte(body)) &* 0x0101_0101_0101_0101
    }
    let planes = try reader.take(mask.nonzeroBitCount * rows, body)
    var row = 0
    while row < rows {
      var block = constants
      let count = min(8, rows - row)
      var source = planes.lowerBound + row
      for plane in 0..<8 where mask & 1 << plane != 0 {
        block.words[plane] = unsafe load(count, body, source)
        source &+= rows
      }
      block.transpose()
      if count == 8 {
        for index in 0..<8 { each(row &+ index, block.words[index]) }
      } else {
        for index in 0..<count { each(row + index, block.words[index]) }
      }
      row += 8
    }
  }

  /// Which bytes have a bit that varies.
  static func planes(_ varying: UInt64) -> UInt8 {
    var mask: UInt8 = 0
    for plane in 0..<8 where varying >> UInt64(8 * plane) & 0xFF != 0 { mask |= 1 << plane }
    return mask
  }

  @unsafe @inline(__always)
  private static func store(_ word: UInt64, _ count: Int, to target: UnsafeMutableRawPointer) {
    if count == 8 {
      unsafe target.storeBytes(of: word.littleEndian, as: UInt64.self)
    } else {
      for index in 0..<count {
        let byte = UInt8(truncatingIfNeeded: word >> UInt64(8 * index))
        unsafe target.storeBytes(of: byte, toByteOffset: index, as: UInt8.self)
      }
    }
  }

  @unsafe @inline(__always)
  private static func load(_ count: Int, _ body: RawSpan, _ offset: Int) -> UInt64 {
    if count == 8 {
      let word = unsafe body.unsafeLoadUnaligned(fromUncheckedByteOffset: offset, as: UInt64.self)
      return UInt64(littleEndian: word)
    }
    var word: UInt64 = 0
    for index in 0..<count {
      let byte = unsafe body.unsafeLoad(fromUncheckedByteOffset: offset + index, as: UInt8.self)
      word |= UInt64(byte) << UInt64(8 * index)
    }
    return word
  }
}
