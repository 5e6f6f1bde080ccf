// SPDX-License-Identifier: Apache-2.0
internal import CUV
internal import Glibc

/// A socket that is connected; whoever gets it closes it.
struct ConnectedSocket: Sendable {
  var descriptor: Int32
  var peer: SocketAddress
}

/// Makes connected sockets, without blocking the loop.
enum Connector {
  /// Looks `host` up and connects to the first of its addresses that answers. Called on the loop.
  static func connect(
    _ loop: EventLoop, _ host: String, _ port: Int, timeout: Duration,
    isolation: isolated (any Actor)? = #isolation
  ) async throws -> ConnectedSocket {
    loop.assertOnLoop()
    let deadline = ContinuousClock.now + timeout
    var failure = SocketError(description: "\(host): no address", isAddressInUse: false)
    for address in try await Lookup.run(loop, host, port) {
      do {
        return try await attempt(loop, address, until: deadline)
      } catch let error as SocketError {
        failure = error
      }
    }
    throw failure
  }

  private static func attempt(
    _ loop: EventLoop, _ address: KernelAddress, until deadline: ContinuousClock.Instant,
    isolation: isolated (any Actor)? = #isolation
  ) async throws -> ConnectedSocket {
    let socket = Socket(
      descriptor: Glibc.socket(
        address.family,
        Int32(SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue), 0))
    guard socket.descriptor >= 0 else { throw SocketError(address.numbers) }
    if unsafe address.with({ unsafe Glibc.connect(socket.descriptor, $0, $1) }) != 0 {
      guard errno == EINPROGRESS else { throw SocketError(address.numbers) }
      let descriptor = socket.descriptor
      let wait = Wait(loop, descriptor)
      let isWritable = await withTaskCancellationHandler {
        // Captured, the isolation holds in here, too.
        _ = isolation
        return await withCheckedContinuation { wait.start(until: deadline, $0) }
      } onCancel: {
        loop.execute { wait.end(isWritable: false) }
      }
      var code: Int32 = isWritable ? 0 : ETIMEDOUT
      var size = socklen_t(MemoryLayout<Int32>.size)
      if isWritable { unsafe getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &code, &size) }
      guard code == 0 else { throw SocketError(address.numbers, errno: code) }
    }
    return ConnectedSocket(descriptor: socket.take(), peer: address.numbers)
  }
}

/// Waits once for a socket to turn writable. Confined to its loop.
@safe private final class Wait: LoopHandle, @unchecked Sendable {
  // Sendable: touched on its loop only; a cancellation carries it back there.

  private let handle = UnsafeMutablePointer<uv_poll_t>.allocate(capacity: 1)
  private let loop: EventLoop
  private var timer: LoopTimer?
  private var done: CheckedContinuation<Bool, Never>?
  private var isWritable = false

  init(_ loop: EventLoop, _ descriptor: Int32) {
    self.loop = loop
    super.init()
    unsafe uv_poll_init(loop.uv, handle, descriptor)
    unsafe handle.pointee.data = retainedByHandle()
  }

  deinit { unsafe handle.deallocate() }

  func start(
    until deadline: ContinuousClock.Instant, _ done: CheckedContinuation<Bool, Never>
  ) {
    self.done = done
    let timer = LoopTimer(loop) { [unowned self] in end(isWritable: false) }
    self.timer = timer
    timer.start(after: ContinuousClock.now.duration(to: deadline))
    unsafe uv_poll_start(handle, Int32(UV_WRITABLE.rawValue)) { handle, _, _ in
      unsafe LoopHandle.of(handle.unsafelyUnwrapped.pointee.data, Wait.self).end(isWritable: true)
    }
  }

  /// Lets libuv forget the descriptor before anybody else uses it.
  func end(isWritable: Bool) {
    guard let timer else { return }
    self.timer = nil
    timer.close()
    self.isWritable = isWritable
    unsafe uv_poll_stop(handle)
    unsafe close(handle)
  }

  override func closed() { done?.resume(returning: isWritable) }

  override func loopStops() { end(isWritable: false) }
}

/// Looks a name up in libuv's own threads.
@safe private final class Lookup {
  private let request = UnsafeMutablePointer<uv_getaddrinfo_t>.allocate(capacity: 1)
  private let host: String
  private let done: CheckedContinuation<[KernelAddress], any Error>

  private init(_ host: String, _ done: CheckedContinuation<[KernelAddress], any Error>) {
    self.host = host
    self.done = done
  }

  deinit { unsafe request.deallocate() }

  static func run(
    _ loop: EventLoop, _ host: String, _ port: Int,
    isolation: isolated (any Actor)? = #isolation
  ) async throws -> [KernelAddress] {
    try await withCheckedThrowingContinuation { done in
      let lookup = Lookup(host, done)
      unsafe lookup.request.pointee.data = Unmanaged.passRetained(lookup).toOpaque()
      var hints = unsafe addrinfo()
      unsafe hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
      let code = unsafe uv_getaddrinfo(
        loop.uv, lookup.request,
        { request, code, list in
          let lookup = unsafe Unmanaged<Lookup>
            .fromOpaque(request.unsafelyUnwrapped.pointee.data).takeRetainedValue()
          unsafe lookup.end(code, list)
        }, host, String(port), &hints)
      if code != 0 {
        unsafe Unmanaged.passUnretained(lookup).release()
        unsafe lookup.end(code, nil)
      }
    }
  }

  private func end(_ code: Int32, _ list: UnsafeMutablePointer<addrinfo>?) {
    defer { unsafe uv_freeaddrinfo(list) }
    guard code == 0 else {
      let reason = unsafe String(cString: uv_strerror(code))
      return done.resume(
        throwing: SocketError(description: "\(host): \(reason)", isAddressInUse: false))
    }
    done.resume(returning: unsafe KernelAddress.list(list))
  }
}
