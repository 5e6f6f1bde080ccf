// SPDX-License-Identifier: Apache-2.0
internal import Proto
internal import Router
internal import Shard

/// Gives a stream's decoder a good frame, then the input as the bodies of others. What it takes
/// must be rows that are all in order, and come out the same when they are encoded anew.
///
/// Input: two bytes for the rows of each body, one for the dictionary (0, 1 or 2) and for how many
/// bodies the rest is cut into.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzFrames(_ data: UnsafePointer<UInt8>?, _ size: Int) -> CInt {
  let input = Array(UnsafeBufferPointer(start: data, count: size))
  guard input.count >= 3 else { return 0 }
  let rows = UInt32(input[0]) | UInt32(input[1]) << 8
  let dictionary = UInt32(input[2] & 3) % 3
  var decoder = FrameDecoder()
  var names = FrameColumns(NameDictionary(number: 1))
  for name in ["a", "bc", "größe"] {
    append(Array(name.utf8), 1, 1, to: &names)
  }
  var encoder = FrameEncoder()
  let first = encoder.encode(names)
  _ = try! decoder.decode(first.span.bytes, rows: 3, dictionary: 1)
  var rest = input[3...]
  for left in (1...Int(input[2] >> 6) + 1).reversed() {
    let body = Array(rest.prefix(left == 1 ? rest.count : rest.count / left))
    rest = rest.dropFirst(body.count)
    guard let frame = try? decoder.decode(body.span.bytes, rows: rows, dictionary: dictionary)
    else { return 0 }
    precondition(frame.count == Int(rows))
    check(frame)
  }
  return 0
}

private func append(
  _ name: [UInt8], _ value: Double, _ time: Int64, kind: UInt8 = 0,
  to columns: inout FrameColumns
) {
  // Any hash will do, as long as equal names have equal ones.
  let hash = name.reduce(0) { $0 &* 31 &+ UInt64($1) }
  let id = columns.dictionary.id(hash: hash, nameFrom: name.span.bytes, range: name.indices)!
  precondition(columns.append(id: id, value: value, time: time, kind: kind))
}

/// Name and labels make the key again, and no other.
private func check(_ key: [UInt8]) {
  precondition((1...ShardLimits.keyBytesMax).contains(key.count))
  let (metric, labels) = SeriesKey.decode(key)
  var again = Array(metric.utf8)
  var before: [UInt8]?
  for label in labels {
    let name = Array(label.name.utf8)
    precondition(!name.isEmpty && !label.value.isEmpty)
    if let before { precondition(before.lexicographicallyPrecedes(name)) }
    before = name
    again += [SeriesKey.labelMark] + name + [SeriesKey.valueMark] + Array(label.value.utf8)
  }
  precondition(again == key && !metric.isEmpty)
}

private func check(_ frame: DecodedFrame) {
  var columns = FrameColumns(NameDictionary(number: 1))
  var bytes = 0
  for row in 0..<frame.count {
    let name = Array(frame.names[frame.nameRange(row)])
    check(name)
    precondition(!frame.value(row).isNaN && frame.kind(row) <= 3)
    bytes += name.count
    if bytes > RouterLimits.frameNameBytesMax { return }
    append(name, frame.value(row), frame.time(row), kind: frame.kind(row), to: &columns)
  }
  var decoder = FrameDecoder()
  let body = SelfContainedBody.encode(columns)
  let again = try! decoder.decode(body.span.bytes, rows: UInt32(frame.count), dictionary: 0)
  for row in 0..<frame.count {
    precondition(again.value(row).bitPattern == frame.value(row).bitPattern)
    precondition(again.time(row) == frame.time(row) && again.kind(row) == frame.kind(row))
    precondition(
      again.names[again.nameRange(row)].elementsEqual(frame.names[frame.nameRange(row)]))
  }
}
