// SPDX-License-Identifier: Apache-2.0
internal import Proto
internal import Shard

/// The names that a stream's receiver has been told, by id.
struct NameTable {
  private(set) var bytes: [UInt8] = []
  private(set) var names: [DecodedFrame.Name] = []

  /// Learns the names that a body of `rows` rows begins with: each row brings one at most.
  mutating func learn(
    rows: Int, _ reader: inout FrameBodyReader, _ body: RawSpan
  ) throws(FrameFault) {
    let count = try reader.varint(in: 0...rows, body, else: .numberOutOfRange)
    guard RouterLimits.dictionaryNamesMax - names.count >= count else {
      throw .tooLarge(
        .names, count: names.count + count, limit: RouterLimits.dictionaryNamesMax)
    }
    for _ in 0..<count { try learn(&reader, body) }
  }

  private mutating func learn(
    _ reader: inout FrameBodyReader, _ body: RawSpan
  ) throws(FrameFault) {
    let start = reader.offset
    let lengthMax = Int(UInt32.max)
    let length = try reader.varint(in: 0...lengthMax, body, else: .nameTooLong)
    if length == 0 { throw .malformed(.nameEmpty, offset: start) }
    if length > ShardLimits.keyBytesMax { throw .malformed(.nameTooLong, offset: start) }
    let name = try reader.take(length, body)
    if let fault = SeriesKey.fault(body, name) {
      throw .malformed(FrameFault.Mistake(fault), offset: name.lowerBound)
    }
    guard RouterLimits.dictionaryNameBytesMax - bytes.count >= length else {
      throw .tooLarge(
        .nameBytes, count: bytes.count + length, limit: RouterLimits.dictionaryNameBytesMax)
    }
    names.append(
      DecodedFrame.Name(
        hash: SeriesKey.hash(body, name), offset: UInt32(bytes.count), length: UInt32(length)))
    unsafe body.extracting(name).withUnsafeBytes { unsafe bytes.append(contentsOf: $0) }
  }
}
