// SPDX-License-Identifier: Apache-2.0
import Glibc

@testable import Node

/// Files of tests.
enum TemporaryFile {
  /// Makes a file with this text, and gives its path.
  static func write(_ text: String) throws -> String {
    var template = Array("/tmp/tributary-test-XXXXXX".utf8CString)
    let descriptor = mkstemp(&template)
    guard descriptor >= 0 else { throw SystemFailure(errno: errno) }
    Output(descriptor: descriptor).write(text)
    close(descriptor)
    return String(decoding: template.dropLast().map(UInt8.init), as: UTF8.self)
  }

  static func remove(_ path: String) { unlink(path) }
}
