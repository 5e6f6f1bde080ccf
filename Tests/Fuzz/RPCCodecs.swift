// SPDX-License-Identifier: Apache-2.0

/// Decompresses anything within bounds, and expects every message back that it compressed.
///
/// Input: one byte for the encoding (modulo 3) and the limit (the rest, times 1 KiB), then bytes
/// that are first taken as compressed and then as a message.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzCodecs(_ data: UnsafePointer<UInt8>?, _ size: Int) -> CInt {
  let input = Array(UnsafeBufferPointer(start: data, count: size))
  guard let selector = input.first else { return 0 }
  let encoding = [Encoding.gzip, .zstd, .lz4][Int(selector % 3)]
  let limit = Int(selector / 3) << 10
  if case .success(let run) = codecs.openFramed(
    input.span.bytes, 1..<input.count, encoding, bytesMax: limit)
  {
    precondition(run.count - 5 <= limit, "limit exceeded")
  }
  let message = Array(input[1...])
  var compressed: [UInt8] = []
  codecs.compress(message, encoding, to: &compressed)
  let back = codecs.openFramed(
    compressed.span.bytes, compressed.indices, encoding, bytesMax: message.count)
  guard case .success(let run) = back else { preconditionFailure("own output refused: \(back)") }
  precondition(run.dropFirst(5).elementsEqual(message), "own output comes back changed")
  return 0
}

nonisolated(unsafe) private let codecs = Codecs()
