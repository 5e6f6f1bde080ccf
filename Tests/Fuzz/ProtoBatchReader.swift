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
  do {
    try reader.read(run.span.bytes, 1..<run.count - 1)
    for range in reader.series { try series.read(run.span.bytes, range) }
  } catch {
    guard case .failure = twin else { preconditionFailure("only the reader rejects it: \(error)") }
    return 0
  }
  switch twin {
  case .success(let batch):
    precondition(Array(run[reader.client]) == Array(batch.client.utf8))
    precondition(reader.sequence == batch.sequence && reader.confirmed == batch.confirmed)
    precondition(reader.series.count == batch.series.count)
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
