// SPDX-License-Identifier: Apache-2.0
internal import Router

/// Any text as a page token: it is refused, or it is what the token that was read is written as.
/// The input's own bytes as the fields of a token come back out of it.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzPageTokens(_ data: UnsafePointer<UInt8>?, _ size: Int) -> CInt {
  let bytes = Array(UnsafeBufferPointer(start: data, count: size))
  let text = String(decoding: bytes, as: UTF8.self)
  if let token = try? PageToken(text) {
    precondition(token.text == text, "written otherwise: \(token.text)")
  }
  guard bytes.count >= 32 else { return 0 }
  let words = (0..<4).map { word in
    bytes[8 * word..<8 * word + 8].reduce(0 as UInt64) { $0 << 8 | UInt64($1) }
  }
  let token = PageToken(
    fingerprint: words[0], asOf: Int64(bitPattern: words[1]), rowsBefore: words[2],
    position: PagePosition(rank: words[3], key: Array(bytes[32...])))
  precondition((try? PageToken(token.text)) == token, "no token when written")
  return 0
}
