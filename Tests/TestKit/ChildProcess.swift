// SPDX-License-Identifier: Apache-2.0
public import Foundation
internal import Glibc
internal import Synchronization

/// A program that a test runs: standard input, output and errors are pipes.
///
/// Foundation's `Process` will not do: with many descriptors open it reads past the end of the list
/// of them, and now and then that is the end of the memory.
public final class ChildProcess: Sendable {
  /// Its id.
  public let id: pid_t
  /// What it reads.
  public let input: FileHandle
  /// What it writes.
  public let output: FileHandle
  /// What it complains of.
  public let errors: FileHandle

  /// Starts a program, given by its path.
  public init(_ program: String, _ arguments: [String]) throws {
    let (input, output, errors) = (try Self.pipe(), try Self.pipe(), try Self.pipe())
    defer { for end in [input.reading, output.writing, errors.writing] { close(end) } }
    id = try Self.spawn(
      program, arguments, streams: [input.reading, output.writing, errors.writing])
    self.input = FileHandle(fileDescriptor: input.writing, closeOnDealloc: true)
    self.output = FileHandle(fileDescriptor: output.reading, closeOnDealloc: true)
    self.errors = FileHandle(fileDescriptor: errors.reading, closeOnDealloc: true)
  }

  /// Sends a signal.
  public func signal(_ number: Int32) { kill(id, number) }

  /// Waits for its end; the status it exits with, or nil when a signal ended it. Call it once.
  public func wait() -> Int32? {
    var status: Int32 = 0
    while waitpid(id, &status, 0) == -1 && errno == EINTR {}
    return status & 0x7F == 0 ? status >> 8 & 0xFF : nil
  }

  /// No process starts between the making of a pipe and its being marked.
  private static let starting = Mutex(())

  /// The two ends of a pipe that no other process inherits.
  public static func pipe() throws -> (reading: Int32, writing: Int32) {
    var ends: [Int32] = [-1, -1]
    let isMade = starting.withLock { _ in
      guard Glibc.pipe(&ends) == 0 else { return false }
      for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
      return true
    }
    guard isMade else { throw failure(errno) }
    return (ends[0], ends[1])
  }

  /// Starts a program with these descriptors as its first, and no other.
  public static func spawn(
    _ program: String, _ arguments: [String], streams: [Int32]
  ) throws -> pid_t {
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    for (number, stream) in streams.enumerated() {
      posix_spawn_file_actions_adddup2(&actions, stream, Int32(number))
    }
    // Threads of tasks block signals, and would pass that on.
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    var none = sigset_t()
    sigemptyset(&none)
    posix_spawnattr_setsigmask(&attributes, &none)
    posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK))
    var words = ([program] + arguments).map { strdup($0) } + [nil]
    defer { for word in words { free(word) } }
    var process = pid_t()
    let result = starting.withLock { _ in
      posix_spawn(&process, program, &actions, &attributes, &words, environ)
    }
    guard result == 0 else { throw failure(result) }
    return process
  }

  private static func failure(_ number: Int32) -> POSIXError {
    POSIXError(POSIXErrorCode(rawValue: number) ?? .EIO)
  }
}
