// SPDX-License-Identifier: Apache-2.0

/// Any bytes as lines of points, in blocks of a size that the first byte chooses: the points are
/// those that come out of the whole text at once, and every number means what the standard library
/// reads.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzNodeLines(_ start: UnsafePointer<UInt8>, _ count: Int) -> CInt {
  let bytes = Array(UnsafeBufferPointer(start: start, count: count))
  guard let first = bytes.first else { return 0 }
  let text = bytes[1...]
  let whole = intake(text, block: max(1, text.count))
  let parts = intake(text, block: Int(first) + 1)
  precondition(whole.frames.bytes == parts.frames.bytes, "blocks change the points")
  precondition(whole.badLines == parts.badLines && whole.badCount == parts.badCount)
  for token in text.split(whereSeparator: { $0 <= 0x20 }) where token.count < 40 {
    check(Array(token))
  }
  return 0
}

private func intake(_ text: ArraySlice<UInt8>, block: Int) -> LineIntake {
  var intake = LineIntake(skipsBad: true)
  var reader = LineReader()
  var rest = text
  while !reader.isFinished {
    do {
      try reader.refill { (buffer) throws(SystemFailure) in
        buffer += rest.prefix(block)
        rest = rest.dropFirst(block)
        return !rest.isEmpty
      }
    } catch {
      fatalError("\(error)")
    }
    intake.take(from: &reader, file: 0)
  }
  return intake
}

private func check(_ token: [UInt8]) {
  guard let value = NumberParser.double(token.span, 0..<token.count) else { return }
  guard let twin = Double(String(decoding: token, as: UTF8.self)) else {
    fatalError("\(token) is no number")
  }
  precondition(value.bitPattern == twin.bitPattern || (value.isNaN && twin.isNaN), "\(token)")
}
