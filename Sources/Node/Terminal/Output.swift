// SPDX-License-Identifier: Apache-2.0
import Glibc

/// A standard stream that is written to in whole texts, unbuffered.
struct Output: Sendable {
  let descriptor: Int32

  /// Where results go.
  static let standardOutput = Output(descriptor: STDOUT_FILENO)
  /// Where progress, logs and complaints go.
  static let standardError = Output(descriptor: STDERR_FILENO)

  /// Writes all of a text. A reader that has gone away (`tributary summary | head`) ends the
  /// program quietly; other failures are ignored, there is nobody left to tell.
  func write(_ text: String) {
    var text = text
    text.withUTF8 { unsafe write(UnsafeRawBufferPointer($0), endsWithReader: true) }
  }

  /// Writes all of a text if there is a reader; goes on if there is none.
  func notify(_ text: String) {
    var text = text
    text.withUTF8 { unsafe write(UnsafeRawBufferPointer($0), endsWithReader: false) }
  }

  /// Writes all of the bytes.
  func write(_ bytes: [UInt8]) {
    unsafe bytes.withUnsafeBytes { unsafe write($0, endsWithReader: true) }
  }

  private func write(_ bytes: UnsafeRawBufferPointer, endsWithReader: Bool) {
    var start = 0
    while start < bytes.count {
      let rest = unsafe UnsafeRawBufferPointer(rebasing: bytes[start...])
      let count = unsafe Glibc.write(descriptor, rest.baseAddress, rest.count)
      if count >= 0 {
        start += count
      } else if errno == EPIPE && descriptor == STDOUT_FILENO && endsWithReader {
        exit(ExitCode.success.rawValue)
      } else if errno == EAGAIN {
        awaitRoom()
      } else if errno != EINTR {
        return
      }
    }
  }

  /// Waits for whoever reads: the other end may have made the pipe non-blocking.
  private func awaitRoom() {
    var waiting = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
    _ = unsafe poll(&waiting, 1, -1)
  }

  /// Makes sure that descriptors 0 to 2 are taken, by /dev/null if the program was started without
  /// them: otherwise a socket would get such a number, and what is printed would go there.
  static func claimStandardDescriptors() {
    for descriptor in STDIN_FILENO...STDERR_FILENO where fcntl(descriptor, F_GETFD) < 0 {
      _ = unsafe open("/dev/null", O_RDWR)
    }
  }

  /// A terminal is at the other end.
  var isTerminal: Bool { isatty(descriptor) == 1 }

  /// Columns and rows of the terminal; 80 by 24 when it does not say.
  var size: (columns: Int, rows: Int) {
    var size = winsize()
    guard unsafe ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0, size.ws_row > 0
    else { return (80, 24) }
    return (Int(size.ws_col), Int(size.ws_row))
  }
}
