// SPDX-License-Identifier: Apache-2.0
internal import Proto
internal import Protobuf
internal import Shard

/// The labels one by one, the last of a name for all, are the decoder's; the key made of them is
/// the one of name and labels, or is rejected for a limit.
private func checkLabels(_ view: PointView, _ run: [UInt8], _ point: Point) {
  var reader = LabelReader(view.labels)
  var labels: [String: String] = [:]
  // By bytes: texts that only look the same are different names.
  var exact: [[UInt8]: [UInt8]] = [:]
  while let label = reader.next(run.span.bytes) {
    exact[Array(run[label.name])] = Array(run[label.value])
    labels[String(decoding: run[label.name], as: UTF8.self)] =
      String(decoding: run[label.value], as: UTF8.self)
  }
  precondition(labels == point.labels)
  let keys = LabelledKeys(points: 1, nameBytesMax: ShardLimits.nameBytesMax)
  guard case .key(let range) = keys.add(run.span.bytes, view) else { return }
  var key = Array(run[view.name])
  for (name, value) in exact.sorted(by: { $0.key.lexicographicallyPrecedes($1.key) })
  where !value.isEmpty {
    key += [SeriesKey.labelMark] + name + [SeriesKey.valueMark] + value
  }
  precondition(
    keys.withBytes { bytes in
      range.map { bytes.unsafeLoad(fromByteOffset: $0, as: UInt8.self) } == key
    })
  let fault = SeriesKey.fault(key.span.bytes, key.indices)
  precondition(fault == nil || fault == .nameEmpty)
}

/// Reads the input as a point and compares with the generated decoder. The input lies between bytes
/// that are not its own, as it does in a run of messages.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzPointReader(_ start: UnsafePointer<UInt8>, _ count: Int) -> CInt {
  let bytes = [UInt8](UnsafeBufferPointer(start: start, count: count))
  let run = [0x18] + bytes + [0x80]
  let read = Result { try PointReader.read(run.span.bytes, 1..<run.count - 1) }
  switch (read, Result { try Point(decoding: bytes) }) {
  case (.success(let view), .success(let point)):
    precondition(Array(run[view.name]) == Array(point.metric.utf8))
    precondition(view.value.bitPattern == point.value.bitPattern)
    precondition(view.time == point.timestamp)
    precondition(
      Int32(view.kind) == ((1...3).contains(point.kind.rawValue) ? point.kind.rawValue : 0))
    _ = FNV.hash(run.span.bytes, view.name)
    checkLabels(view, run, point)
  case (_, .failure(let error as DecodingError)) where error.reason == .stringNotUTF8:
    break
  case (.failure(let error as PointError), .failure(let twin as DecodingError)):
    precondition(error.reason == twin.reason && error.offset == twin.offset + 1)
  default:
    preconditionFailure("the reader and the decoder disagree")
  }
  return 0
}
