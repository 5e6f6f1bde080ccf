// SPDX-License-Identifier: Apache-2.0
import Foundation
import Glibc
import Synchronization
import TestKit

@testable import Node

/// A server of somebody else's, in a process of its own, with a folder that goes when it does.
final class ForeignServer: Sendable {
  /// Where it may keep what it likes.
  let folder: URL
  private let program: String
  private let running = Mutex<(process: pid_t, ended: Signal<Int32>)?>(nil)

  /// The path of an installed program; nil, and a reason on standard error, when it is missing.
  static func find(_ name: String, of package: String) -> String? {
    let folders = ["/usr/bin", "/usr/sbin", "/usr/local/bin", "/usr/local/sbin"]
    let paths = folders.map { "\($0)/\(name)" }
    let found = paths.first { FileManager.default.isExecutableFile(atPath: $0) }
    if found == nil {
      FileHandle.standardError.write(Data("skipped: no \(name); install \(package)\n".utf8))
    }
    return found
  }

  /// A port that nobody listens on.
  static func freePort() throws -> Int {
    let socket = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    defer { close(socket) }
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    var size = socklen_t(MemoryLayout<sockaddr_in>.size)
    let bound = withUnsafeMutablePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
        bind(socket, address, size) == 0 && getsockname(socket, address, &size) == 0
      }
    }
    guard bound else { throw POSIXError(.EADDRNOTAVAIL) }
    return Int(UInt16(bigEndian: address.sin_port))
  }

  init(_ program: String) throws {
    self.program = program
    folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  }

  deinit {
    signal(SIGKILL)
    try? FileManager.default.removeItem(at: folder)
  }

  /// Starts it, and waits until it says `ready`.
  func start(_ arguments: [String], until ready: String) async throws {
    let (output, input) = try ChildProcess.pipe()
    // Another server must not hold them open.
    defer { close(input) }
    let process = try ChildProcess.spawn(
      program, arguments, streams: [STDIN_FILENO, input, input])
    let (parts, said) = AsyncStream.makeStream(of: String.self)
    let ended = Signal<Int32>()
    running.withLock { $0 = (process, ended) }
    Thread {
      var buffer = [UInt8](repeating: 0, count: 65_536)
      while case let count = read(output, &buffer, buffer.count), count > 0 {
        said.yield(String(decoding: buffer[..<count], as: UTF8.self))
      }
      close(output)
      said.finish()
      var status: Int32 = 0
      waitpid(process, &status, 0)
      ended.give(status)
    }.start()
    var words = ""
    for await part in parts {
      words += part
      if words.contains(ready) { return }
    }
    throw SystemFailure(words)
  }

  /// Sends a signal.
  func signal(_ number: Int32) {
    running.withLock { running in
      guard let running, running.ended.now == nil else { return }
      _ = kill(running.process, number)
    }
  }

  /// Kills it, and waits for its end.
  func end() async {
    signal(SIGKILL)
    _ = await running.withLock { $0?.ended }?.wait()
  }
}
