// SPDX-License-Identifier: Apache-2.0
import Foundation
import Glibc
import RPC
import Synchronization

/// One HTTP/2 frame, as bytes.
struct RawFrame: Sendable {
  static let preface = Array("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".utf8)
  /// An empty SETTINGS frame.
  static let settings = RawFrame(type: 4).bytes

  var type: UInt8
  var flags: UInt8 = 0
  var stream: UInt32 = 0
  var payload: [UInt8] = []

  var bytes: [UInt8] {
    let count = UInt32(payload.count)
    return [UInt8(count >> 16 & 255), UInt8(count >> 8 & 255), UInt8(count & 255), type, flags]
      + [24, 16, 8, 0].map { UInt8(stream >> $0 & 255) } + payload
  }

  static func ping(_ number: UInt8) -> [UInt8] {
    RawFrame(type: 6, payload: [UInt8](repeating: number, count: 8)).bytes
  }

  /// HEADERS, each field a literal that no table keeps. Flags: END_HEADERS, and END_STREAM or not.
  static func headers(_ stream: UInt32, _ fields: [(String, String)], ends: Bool = false) -> [UInt8]
  {
    let block: [UInt8] = fields.flatMap { [0] + text($0.0) + text($0.1) }
    return RawFrame(type: 1, flags: ends ? 5 : 4, stream: stream, payload: block).bytes
  }

  /// The headers of a call.
  static func request(
    _ stream: UInt32, _ path: String, _ more: [(String, String)] = [], ends: Bool = false
  ) -> [UInt8] {
    headers(
      stream,
      [
        (":method", "POST"), (":scheme", "http"), (":path", path), (":authority", "test"),
        ("te", "trailers"), ("content-type", "application/grpc"),
      ] + more, ends: ends)
  }

  static func data(_ stream: UInt32, _ bytes: [UInt8], ends: Bool = false) -> [UInt8] {
    RawFrame(type: 0, flags: ends ? 1 : 0, stream: stream, payload: bytes).bytes
  }

  static func goAway(lastStream: UInt8) -> [UInt8] {
    RawFrame(type: 7, payload: [0, 0, 0, lastStream, 0, 0, 0, 0]).bytes
  }

  private static func text(_ text: String) -> [UInt8] {
    // Seven bits of length; longer ones continue (RFC 7541, 5.1).
    var rest = text.utf8.count
    guard rest >= 127 else { return [UInt8(rest)] + Array(text.utf8) }
    var bytes: [UInt8] = [127]
    rest -= 127
    while rest >= 128 {
      bytes.append(UInt8(rest % 128 + 128))
      rest /= 128
    }
    return bytes + [UInt8(rest)] + Array(text.utf8)
  }
}

/// A socket without manners: says what it is told to, and reads frames, each on a thread of its own
/// so that waiting keeps nobody else from running.
final class RawPeer: Sendable {
  private let descriptor: Int32
  private let unread = Mutex<[UInt8]>([])

  /// Takes over a connected socket.
  init(_ descriptor: Int32) { self.descriptor = descriptor }

  deinit { Glibc.close(descriptor) }

  /// Connects to a server on this machine.
  convenience init(to address: SocketAddress) {
    self.init(Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0))
    let result = withLoopback(port: address.port) { Glibc.connect(descriptor, $0, $1) }
    precondition(result == 0, "cannot connect to \(address)")
  }

  /// Asks for a connection without waiting for it.
  convenience init(knockingAt port: Int) {
    self.init(Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue), 0))
    _ = withLoopback(port: port) { Glibc.connect(descriptor, $0, $1) }
  }

  func send(_ bytes: [UInt8]) {
    var rest = bytes[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes {
        Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
      }
      if count <= 0 { return }
      rest = rest.dropFirst(count)
    }
  }

  /// The next frame, or nil when the other side has closed.
  func next() async -> RawFrame? {
    await withCheckedContinuation { done in
      Thread.detachNewThread { done.resume(returning: self.readFrame()) }
    }
  }

  /// The next frame of a type.
  func next(type: UInt8) async -> RawFrame? {
    while let frame = await next() {
      if frame.type == type { return frame }
    }
    return nil
  }

  private func readFrame() -> RawFrame? {
    guard let head = read(9) else { return nil }
    let count = Int(head[0]) << 16 | Int(head[1]) << 8 | Int(head[2])
    let stream = head[5..<9].reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
    guard let payload = read(count) else { return nil }
    return RawFrame(type: head[3], flags: head[4], stream: stream, payload: payload)
  }

  /// Reads exactly so many bytes.
  func read(_ count: Int) -> [UInt8]? {
    var bytes = [UInt8](repeating: 0, count: count)
    var have = 0
    while have < count {
      let got = bytes.withUnsafeMutableBytes {
        Glibc.read(descriptor, $0.baseAddress?.advanced(by: have), count - have)
      }
      if got <= 0 { return nil }
      have += got
    }
    return bytes
  }
}

/// A listening socket whose connections nobody serves.
final class RawListener: Sendable {
  let port: Int
  private let descriptor: Int32

  init(backlog: Int32 = 16) {
    descriptor = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    var result = withLoopback(port: 0) { [descriptor] in Glibc.bind(descriptor, $0, $1) }
    result |= Glibc.listen(descriptor, backlog)
    var address = sockaddr_in()
    var count = socklen_t(MemoryLayout<sockaddr_in>.size)
    result |= withUnsafeMutablePointer(to: &address) { [descriptor] in
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { getsockname(descriptor, $0, &count) }
    }
    precondition(result == 0, "cannot listen")
    port = Int(UInt16(bigEndian: address.sin_port))
  }

  deinit { Glibc.close(descriptor) }

  /// The next connection, its preface read and our SETTINGS sent.
  func accept() async -> RawPeer {
    await withCheckedContinuation { done in
      Thread.detachNewThread { [descriptor] in
        let peer = RawPeer(Glibc.accept(descriptor, nil, nil))
        _ = peer.read(RawFrame.preface.count)
        peer.send(RawFrame.settings)
        done.resume(returning: peer)
      }
    }
  }
}

private func withLoopback(port: Int, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Int32) -> Int32
{
  var address = sockaddr_in()
  address.sin_family = sa_family_t(AF_INET)
  address.sin_port = UInt16(port).bigEndian
  address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
  return withUnsafePointer(to: address) {
    $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
      body($0, socklen_t(MemoryLayout<sockaddr_in>.size))
    }
  }
}

/// A whole file of the kernel's, as text.
func readFile(_ path: String) -> String? {
  guard let file = fopen(path, "r") else { return nil }
  defer { fclose(file) }
  var bytes: [UInt8] = []
  var buffer = [UInt8](repeating: 0, count: 1 << 16)
  while case let count = fread(&buffer, 1, buffer.count, file), count > 0 {
    bytes += buffer[..<count]
  }
  return String(decoding: bytes, as: UTF8.self)
}
