// SPDX-License-Identifier: Apache-2.0
internal import CUV
internal import Glibc

/// A descriptor of a TCP socket, closed with its owner unless given away.
struct Socket: ~Copyable {
  let descriptor: Int32

  deinit { Glibc.close(descriptor) }

  /// Gives the descriptor to somebody else, who closes it.
  consuming func take() -> Int32 {
    let descriptor = descriptor
    discard self
    return descriptor
  }
}

/// An address as the kernel knows it.
struct KernelAddress: Sendable {
  private var storage = sockaddr_storage()
  private var count: socklen_t

  /// Copies an address out of C.
  init(_ address: UnsafePointer<sockaddr>, _ count: socklen_t) {
    self.count = count
    unsafe withUnsafeMutableBytes(of: &storage) {
      unsafe $0.copyMemory(from: UnsafeRawBufferPointer(start: address, count: Int(count)))
    }
  }

  /// Asks a socket for one of its addresses, through `getsockname` or `getpeername`.
  init?(
    of descriptor: Int32,
    _ ask: (Int32, UnsafeMutablePointer<sockaddr>?, UnsafeMutablePointer<socklen_t>?) -> Int32
  ) {
    var count = socklen_t(MemoryLayout<sockaddr_storage>.size)
    let result = unsafe withUnsafeMutablePointer(to: &storage) {
      unsafe $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        unsafe ask(descriptor, $0, &count)
      }
    }
    self.count = count
    if result != 0 { return nil }
  }

  func with<Result>(_ body: (UnsafePointer<sockaddr>, socklen_t) -> Result) -> Result {
    unsafe withUnsafePointer(to: storage) {
      unsafe $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { unsafe body($0, count) }
    }
  }

  var family: Int32 { Int32(storage.ss_family) }

  /// Host in numbers, and port.
  var numbers: SocketAddress {
    var host = [CChar](repeating: 0, count: Int(NI_MAXHOST))
    var port = [CChar](repeating: 0, count: Int(NI_MAXSERV))
    let result = unsafe with {
      unsafe getnameinfo(
        $0, $1, &host, socklen_t(host.count), &port, socklen_t(port.count),
        NI_NUMERICHOST | NI_NUMERICSERV)
    }
    guard result == 0 else { return SocketAddress(host: "?", port: 0) }
    return SocketAddress(host: text(host), port: Int(text(port)) ?? 0)
  }

  private func text(_ characters: [CChar]) -> String {
    String(decoding: characters.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
  }

  /// Looks a host up; numbers need no network. Blocks: not for a loop's thread.
  static func resolve(_ host: String, _ port: Int) throws(SocketError) -> [KernelAddress] {
    var hints = unsafe addrinfo()
    unsafe hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
    unsafe hints.ai_flags = AI_ADDRCONFIG
    var list: UnsafeMutablePointer<addrinfo>?
    var result = unsafe getaddrinfo(host, String(port), &hints, &list)
    if result != 0 {
      // Without a network, AI_ADDRCONFIG also refuses the numbers of the loopback.
      unsafe hints.ai_flags = 0
      result = unsafe getaddrinfo(host, String(port), &hints, &list)
    }
    guard result == 0 else {
      throw SocketError(
        description: unsafe "\(host): \(String(cString: gai_strerror(result)))",
        isAddressInUse: false)
    }
    defer { unsafe freeaddrinfo(list) }
    return unsafe KernelAddress.list(list)
  }

  /// The addresses of a look-up's answer, in its order.
  static func list(_ list: UnsafePointer<addrinfo>?) -> [KernelAddress] {
    var addresses: [KernelAddress] = []
    var entry = unsafe list
    while let info = unsafe entry?.pointee {
      unsafe addresses.append(KernelAddress(info.ai_addr, info.ai_addrlen))
      unsafe entry = UnsafePointer(info.ai_next)
    }
    return addresses
  }
}

extension SocketError {
  /// What `errno` says of an operation on `address`.
  init(_ address: SocketAddress, errno code: Int32 = Glibc.errno) {
    description = unsafe "\(address): \(String(cString: strerror(code)))"
    isAddressInUse = code == EADDRINUSE
  }
}
