// SPDX-License-Identifier: Apache-2.0
internal import Proto
internal import Protobuf
internal import Shard

/// What a point of the metric has as name, value, time, kind and labels is the metric's.
private func checkPoint(_ view: MetricView, _ run: [UInt8], _ metric: Metric) {
  var scratch: [UInt8] = [0xAA]
  let point = MetricReader.point(view, of: run.span.bytes, into: &scratch)
  precondition(Array(scratch[point.name]) == Array(metric.name.utf8))
  precondition(point.value.bitPattern == view.point.value.bitPattern)
  precondition(point.time == view.point.time && point.kind == view.point.kind)
  var reader = LabelReader(point.labels)
  var labels: [String: String] = [:]
  while let label = reader.next(scratch.span.bytes) {
    labels[String(decoding: scratch[label.name], as: UTF8.self)] =
      String(decoding: scratch[label.value], as: UTF8.self)
  }
  precondition(labels == metric.labels)
  let keys = LabelledKeys(points: 1, nameBytesMax: ShardLimits.nameBytesMax)
  guard case .key(let range) = keys.add(scratch.span.bytes, point) else { return }
  precondition(range.count >= point.nameLength)
}

/// Reads the input as a metric and compares with the generated decoder. The input lies between
/// bytes that are not its own, as it does in a run of messages.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzMetricReader(_ start: UnsafePointer<UInt8>, _ count: Int) -> CInt {
  let bytes = [UInt8](UnsafeBufferPointer(start: start, count: count))
  let run = [0x18] + bytes + [0x80]
  let read = Result { try MetricReader.read(run.span.bytes, 1..<run.count - 1) }
  switch (read, Result { try Metric(decoding: bytes) }) {
  case (.success(let view), .success(let metric)):
    precondition(Array(run[view.point.name]) == Array(metric.name.utf8))
    precondition(view.point.value.bitPattern == metric.value.bitPattern)
    precondition(view.point.time == metric.timestamp?.seconds ?? 0)
    precondition(
      view.isTimeValid == (0..<1_000_000_000).contains(metric.timestamp?.nanos ?? 0))
    let kinds: [MetricType: MetricKind] = [
      .counter: .counter, .gauge: .gauge, .histogram: .histogram,
    ]
    precondition(Int32(view.point.kind) == (kinds[metric.type] ?? .unspecified).rawValue)
    precondition(view.labels.isEmpty == metric.labels.isEmpty)
    if !view.labels.isEmpty { checkPoint(view, run, metric) }
  case (_, .failure(let error as DecodingError)) where error.reason == .stringNotUTF8:
    break
  case (.failure(let error as PointError), .failure(let twin as DecodingError)):
    precondition(error.reason == twin.reason && error.offset == twin.offset + 1)
  default:
    preconditionFailure("the reader and the decoder disagree")
  }
  return 0
}
