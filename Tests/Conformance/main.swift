// SPDX-License-Identifier: Apache-2.0
internal import Foundation
internal import Protobuf

// The testee of protobuf's conformance runner: for each request on standard input, a length of four
// bytes and a ConformanceRequest, an answer of the same form on standard output. Of no use outside
// the tests.

func readExactly(_ count: Int) -> [UInt8]? {
  var bytes: [UInt8] = []
  while bytes.count < count {
    guard
      let chunk = try? FileHandle.standardInput.read(upToCount: count - bytes.count), !chunk.isEmpty
    else { return nil }
    bytes += chunk
  }
  return bytes
}

func readRequest() -> [UInt8]? {
  guard let prefix = readExactly(4) else { return nil }
  return readExactly(prefix.reversed().reduce(0) { $0 << 8 | Int($1) })
}

while let bytes = readRequest() {
  let response = Testee.answer(bytes).encoded()
  let prefix = (0..<4).map { UInt8(truncatingIfNeeded: response.count >> (8 * $0)) }
  FileHandle.standardOutput.write(Data(prefix + response))
}
