// SPDX-License-Identifier: Apache-2.0
internal import Proto
internal import Protobuf

/// Reads the input as a batch and compares with the generated decoder. The input lies between bytes
/// that are not its own, as it does in a run of messages.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzBatchReader(_ start: UnsafePointer<UInt8>, _ count: Int) -> CInt {
  let bytes = [UInt8](UnsafeBufferPointer(start: start, count: count))
  let run = [0x18] + bytes + [0x80]
  let twin = Result { try PointBatch(decoding: bytes) }
  var reader = PointBatchReader()
  var series = BatchSeriesReader()
  var labels: [[String: String]] = []
  var kinds: [UInt8] = []
  do {
    try reader.read(run.span.bytes, 1..<run.count - 1)
    for range in reader.series {
      try series.read(run.span.bytes, range)
      kinds.append(series.kind)
      labels.append(
        series.labels.reduce(into: [:]) { $0[text(run[$1.name])] = text(run[$1.value]) })
    }
  } catch {
    guard case .failure = twin else { preconditionFailure("only the reader rejects it: \(error)") }
    return 0
  }
  switch twin {
  case .success(let batch):
    precondition(Array(run[reader.client]) == Array(batch.client.utf8))
    precondition(reader.sequence == batch.sequence && reader.confirmed == batch.confirmed)
    precondition(reader.firstTime == batch.firstTime)
    precondition(kinds == batch.series.map { UInt8(exactly: $0.kind.rawValue) ?? 0 }.map(known))
    precondition(labels == batch.series.map(\.labels))
    guard (try? reader.check()) != nil else { return 0 }
    let rows = 0..<reader.count
    precondition(rows.map { UInt32(reader.seriesIndex($0)) } == batch.seriesIndices)
    precondition(rows.map { reader.value($0).bitPattern } == batch.values.map(\.bitPattern))
    if reader.hasTimes { precondition(rows.map { reader.delta($0) } == batch.timeDeltas) }
  case .failure(let error as DecodingError) where error.reason == .stringNotUTF8: break
  case .failure(let error): preconditionFailure("only the decoder rejects it: \(error)")
  }
  return 0
}

private func text(_ bytes: ArraySlice<UInt8>) -> String { String(decoding: bytes, as: UTF8.self) }

private func known(_ kind: UInt8) -> UInt8 { kind <= 3 ? kind : 0 }
