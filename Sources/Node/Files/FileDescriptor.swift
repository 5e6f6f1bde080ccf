// SPDX-License-Identifier: Apache-2.0
import Glibc

/// An open file that is read from; closed at the end of its life unless it was borrowed.
struct FileDescriptor: ~Copyable, Sendable {
  private let number: Int32
  private let isOwned: Bool

  /// Opens a file for reading.
  init(reading path: String) throws(SystemFailure) {
    number = unsafe open(path, O_RDONLY | O_CLOEXEC)
    isOwned = true
    guard number >= 0 else { throw SystemFailure(errno: errno) }
  }

  private init(borrowing number: Int32) {
    self.number = number
    isOwned = false
  }

  /// Opens what an argument names: `-` is the standard input, which is not closed.
  static func input(_ argument: String) throws(SystemFailure) -> FileDescriptor {
    if argument == "-" { return FileDescriptor(borrowing: STDIN_FILENO) }
    return try FileDescriptor(reading: argument)
  }

  deinit { if isOwned && number >= 0 { close(number) } }

  /// Appends at most `count` bytes to `buffer`; gives back how many, 0 at the end.
  func read(_ count: Int, into buffer: inout [UInt8]) throws(SystemFailure) -> Int {
    let start = buffer.count
    buffer.append(contentsOf: repeatElement(0, count: count))
    while true {
      let got = unsafe buffer.withUnsafeMutableBytes { bytes in
        unsafe Glibc.read(number, bytes.baseAddress! + start, count)
      }
      if got >= 0 {
        buffer.removeLast(count - got)
        return got
      }
      guard errno == EINTR else {
        let number = errno
        buffer.removeLast(count)
        throw SystemFailure(errno: number)
      }
    }
  }
}
