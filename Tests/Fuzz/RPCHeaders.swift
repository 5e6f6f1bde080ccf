// SPDX-License-Identifier: Apache-2.0

/// Reads anything as the value of every header that has a syntax, and expects that what is
/// understood can be sent back.
///
/// Input: a header's name, a zero byte, its value.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzHeaders(_ data: UnsafePointer<UInt8>?, _ size: Int) -> CInt {
  let input = Array(UnsafeBufferPointer(start: data, count: size))
  let name = input.prefix { $0 != 0 }
  let value = Array(input.dropFirst(name.count + 1))

  var metadata = Metadata()
  let field = HeaderField(String(decoding: name, as: UTF8.self), value)
  if metadata.receive(field) == .kept {
    guard let fields = try? metadata.fields() else { preconditionFailure("cannot be echoed") }
    var back = Metadata()
    for field in fields { back.receive(field) }
    precondition(back == metadata, "the echo differs")
  }
  if let status = RPCStatus(trailers: [field]) {
    precondition(RPCStatus(trailers: status.trailerFields) == status, "the status differs")
  }
  if let timeout = try? Timeout.parse(value) {
    let back = try? Timeout.parse(Array(Timeout.format(timeout).utf8))
    precondition(back == max(timeout, .nanoseconds(1)), "the timeout differs")
  }
  let text = PercentEncoding.decode(value)
  precondition(PercentEncoding.decode(PercentEncoding.encode(text)) == text, "the text differs")
  if let encoding = try? Encoding.announced(value) {
    precondition(AcceptedEncodings(value).choose(encoding) == encoding, "not accepted")
  }
  _ = ContentType.isGRPC(value)
  return 0
}
