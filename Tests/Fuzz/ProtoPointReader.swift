// SPDX-License-Identifier: Apache-2.0
internal import Proto
internal import Protobuf

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
    _ = FNV.hash(run.span.bytes, view.name)
  case (_, .failure(let error as DecodingError)) where error.reason == .stringNotUTF8:
    break
  case (.failure(let error as PointError), .failure(let twin as DecodingError)):
    precondition(error.reason == twin.reason && error.offset == twin.offset + 1)
  default:
    preconditionFailure("the reader and the decoder disagree")
  }
  return 0
}
