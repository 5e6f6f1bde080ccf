// SPDX-License-Identifier: Apache-2.0
internal import CUV
internal import Glibc

/// A listening socket on one loop. Several loops listen on one port (`SO_REUSEPORT`), and the
/// kernel spreads connections over them.
@safe final class Listener: LoopHandle {
  private let handle: UnsafeMutablePointer<uv_poll_t>
  private let descriptor: Int32
  private let pause: LoopTimer
  private var isClosed = false
  private let accepted: (Int32, String) -> Void
  private let failed: (String) -> Void

  /// Takes over the descriptor of a socket that listens.
  ///
  /// - Parameters:
  ///   - accepted: gets the descriptor of each connection, which it owns, and the peer's address.
  ///   - failed: hears why a connection could not be accepted.
  init(
    _ loop: EventLoop, _ descriptor: Int32,
    accepted: @escaping (Int32, String) -> Void, failed: @escaping (String) -> Void
  ) {
    self.accepted = accepted
    self.failed = failed
    self.descriptor = descriptor
    unsafe handle = .allocate(capacity: 1)
    unsafe uv_poll_init(loop.uv, handle, descriptor)
    weak var listener: Listener?
    pause = LoopTimer(loop) { listener?.poll() }
    super.init()
    listener = self
    unsafe handle.pointee.data = retainedByHandle()
    poll()
  }

  deinit { unsafe handle.deallocate() }

  private func poll() {
    guard !isClosed else { return }
    unsafe uv_poll_start(handle, Int32(UV_READABLE.rawValue)) { handle, _, _ in
      unsafe LoopHandle.of(handle.unsafelyUnwrapped.pointee.data, Listener.self).accept()
    }
  }

  private func accept() {
    // A bound, so that a flood of connections leaves time for those that are open.
    for _ in 0..<Limits.acceptsPerTurnMax {
      let connection = Glibc.accept(descriptor, nil, nil)
      if connection >= 0 {
        _ = fcntl(connection, F_SETFD, FD_CLOEXEC)
        let peer = unsafe KernelAddress(of: connection, getpeername)?.numbers.description
        accepted(connection, peer ?? "?")
        continue
      }
      switch errno {
      case EAGAIN: return
      case EINTR, ECONNABORTED, EPROTO: continue
      default:
        // Out of descriptors or memory: asking again at once would spin.
        unsafe failed(String(cString: strerror(errno)))
        unsafe uv_poll_stop(handle)
        return pause.start(after: Limits.acceptPause)
      }
    }
  }

  /// Accepts no more.
  func close() {
    guard !isClosed else { return }
    isClosed = true
    pause.close()
    unsafe uv_poll_stop(handle)
    Glibc.close(descriptor)
    unsafe close(handle)
  }

  override func loopStops() { close() }

  // MARK: Binding

  /// Listens `count` times on one address. Blocks for a host that is no number.
  ///
  /// - Parameter each: takes the sockets over, one after the other.
  /// - Returns: the address, its port chosen by the kernel if `port` is 0.
  static func bind(host: String, port: Int, count: Int, each: (Int, Int32) -> Void)
    throws(SocketError) -> SocketAddress
  {
    guard let wanted = try KernelAddress.resolve(host, port).first else {
      throw SocketError(description: "\(host): no address", isAddressInUse: false)
    }
    // Bound alone: SO_REUSEPORT would share the port with any other program of this user, silently.
    // Shared from then on: the next ones join.
    let first = try open(wanted, sharing: false)
    try share(first, wanted)
    guard let bound = unsafe KernelAddress(of: first.descriptor, getsockname) else {
      throw SocketError(wanted.numbers)
    }
    each(0, try listen(first, bound))
    for index in 1..<max(count, 1) {
      each(index, try listen(try open(bound, sharing: true), bound))
    }
    return bound.numbers
  }

  private static func open(_ address: KernelAddress, sharing: Bool) throws(SocketError) -> Socket {
    let socket = Socket(
      descriptor: Glibc.socket(
        address.family,
        Int32(SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue), 0))
    guard socket.descriptor >= 0 else { throw SocketError(address.numbers) }
    var yes: Int32 = 1
    let size = socklen_t(MemoryLayout<Int32>.size)
    unsafe setsockopt(socket.descriptor, SOL_SOCKET, SO_REUSEADDR, &yes, size)
    if sharing { try share(socket, address) }
    let isBound = unsafe address.with { unsafe Glibc.bind(socket.descriptor, $0, $1) } == 0
    guard isBound else { throw SocketError(address.numbers) }
    return socket
  }

  private static func share(_ socket: borrowing Socket, _ address: KernelAddress)
    throws(SocketError)
  {
    var yes: Int32 = 1
    let size = socklen_t(MemoryLayout<Int32>.size)
    guard unsafe setsockopt(socket.descriptor, SOL_SOCKET, SO_REUSEPORT, &yes, size) == 0 else {
      throw SocketError(address.numbers)
    }
  }

  private static func listen(_ socket: consuming Socket, _ address: KernelAddress)
    throws(SocketError) -> Int32
  {
    guard Glibc.listen(socket.descriptor, Limits.acceptBacklog) == 0 else {
      throw SocketError(address.numbers)
    }
    return socket.take()
  }
}
