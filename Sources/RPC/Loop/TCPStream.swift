// SPDX-License-Identifier: Apache-2.0
internal import CUV
internal import Glibc

/// What a byte stream tells the one who uses it, on the loop's thread.
protocol ByteStreamDelegate: AnyObject {
  /// Bytes came. They live in the loop's read buffer until the method returns.
  func streamReceived(_ bytes: UnsafeRawBufferPointer)
  /// No more bytes will come: the peer closed (nil) or the stream failed (why).
  func streamEnded(_ reason: String?)
  /// What could not be written at once has been written.
  func streamWritable()
}

/// The seam under HTTP/2: an ordered, reliable stream of bytes on a loop. TCP is one; TLS over TCP
/// is another of the same shape.
protocol ByteStream: AnyObject {
  var delegate: (any ByteStreamDelegate)? { get set }
  /// Writes as much as goes at once and keeps the rest, which must not be added to until
  /// ``ByteStreamDelegate/streamWritable()``.
  ///
  /// - Returns: whether everything has been written.
  func write(_ bytes: UnsafeRawBufferPointer) -> Bool
  /// Closes after what was accepted for writing is gone, or at once. Idempotent; the delegate
  /// hears nothing more.
  func close()
  /// The peer's address, as in `127.0.0.1:4711`.
  var peer: String { get }
}

/// A connected TCP socket on a loop.
@safe final class TCPStream: LoopHandle, ByteStream {
  /// A closed socket lingers: it sends what is left, says that it is done, and throws away what
  /// still comes, so that the kernel does not answer late bytes with a reset that would take the
  /// last words (a GOAWAY, a status) from the peer.
  private enum State {
    case open
    case lingering(LoopTimer)
    case closed
  }

  weak var delegate: (any ByteStreamDelegate)?
  let peer: String
  private let loop: EventLoop
  private let handle: UnsafeMutablePointer<uv_tcp_t>
  private var state = State.open
  private var pendingWrites = 0
  private var peerEnded = false
  private var turnOfRead = UInt64.max

  /// Takes over a connected, non-blocking socket and starts to read from it.
  ///
  /// - Returns: nil when libuv refuses the descriptor, which is then closed.
  init?(_ loop: EventLoop, descriptor: Int32, peer: String) {
    loop.assertOnLoop()
    self.loop = loop
    self.peer = peer
    unsafe handle = .allocate(capacity: 1)
    super.init()
    unsafe uv_tcp_init(loop.uv, handle)
    unsafe handle.pointee.data = retainedByHandle()
    guard unsafe uv_tcp_open(handle, descriptor) == 0 else {
      Glibc.close(descriptor)
      destroy()
      return nil
    }
    unsafe uv_tcp_nodelay(handle, 1)
    startReading()
  }

  deinit { unsafe handle.deallocate() }

  private var stream: UnsafeMutablePointer<uv_stream_t> {
    unsafe UnsafeMutableRawPointer(handle).assumingMemoryBound(to: uv_stream_t.self)
  }

  private static func of(_ data: UnsafeMutableRawPointer?) -> TCPStream {
    unsafe LoopHandle.of(data, TCPStream.self)
  }

  // MARK: Reading

  private func startReading() {
    _ = unsafe uv_read_start(
      stream,
      { handle, _, buffer in
        let stream = unsafe TCPStream.of(handle.unsafelyUnwrapped.pointee.data)
        let loop = stream.loop
        let capacity = unsafe stream.mayRead ? loop.readBuffer.count : 0
        unsafe buffer.unsafelyUnwrapped.pointee = uv_buf_init(
          loop.readBuffer.baseAddress?.assumingMemoryBound(to: CChar.self), UInt32(capacity))
      },
      { handle, count, _ in
        unsafe TCPStream.of(handle.unsafelyUnwrapped.pointee.data).read(count)
      })
  }

  private var mayRead: Bool { !loop.isReadingPaused && turnOfRead != loop.turnNumber }

  private func read(_ count: Int) {
    turnOfRead = loop.turnNumber
    switch count {
    case 1...:
      if unsafe count == loop.readBuffer.count { loop.leftBytes() }
      unsafe delegate?.streamReceived(UnsafeRawBufferPointer(rebasing: loop.readBuffer[..<count]))
    case 0:
      break
    case Int(UV_ENOBUFS.rawValue):
      // It has had its turn, and is asked again in the next one; or nobody may read for now.
      guard loop.isReadingPaused else { return }
      unsafe uv_read_stop(stream)
      loop.readingPaused(self)
    default:
      peerEnded = true
      unsafe uv_read_stop(stream)
      if case .lingering = state { return destroy() }
      delegate?.streamEnded(
        count == Int(UV_EOF.rawValue) ? nil : unsafe String(cString: uv_strerror(Int32(count))))
    }
  }

  func resumeReading() {
    if case .closed = state { return }
    if !peerEnded { startReading() }
  }

  // MARK: Writing

  /// Bytes that the kernel did not take at once; owned by the request until its callback.
  @safe private final class PendingWrite {
    let request = UnsafeMutablePointer<uv_write_t>.allocate(capacity: 1)
    let bytes: UnsafeMutableRawBufferPointer

    init(copying source: UnsafeRawBufferPointer) {
      unsafe bytes = .allocate(byteCount: source.count, alignment: 1)
      unsafe bytes.copyMemory(from: source)
    }

    deinit {
      unsafe request.deallocate()
      unsafe bytes.deallocate()
    }
  }

  func write(_ bytes: UnsafeRawBufferPointer) -> Bool {
    guard case .open = state, bytes.count > 0 else { return true }
    precondition(pendingWrites == 0, "a write before the last one was gone")
    var buffer = unsafe TCPStream.buffer(UnsafeMutableRawBufferPointer(mutating: bytes))
    let written = unsafe uv_try_write(stream, &buffer, 1)
    if written == bytes.count { return true }
    // A broken connection is heard of by the reader, too; there is nobody to write to.
    guard written >= 0 || written == UV_EAGAIN.rawValue else { return true }
    let rest = unsafe PendingWrite(
      copying: UnsafeRawBufferPointer(rebasing: bytes[Int(max(0, written))...]))
    unsafe rest.request.pointee.data = Unmanaged.passRetained(rest).toOpaque()
    var pending = unsafe TCPStream.buffer(rest.bytes)
    pendingWrites += 1
    let queued = unsafe uv_write(rest.request, stream, &pending, 1) { request, status in
      let stream = unsafe TCPStream.of(request.unsafelyUnwrapped.pointee.handle.pointee.data)
      unsafe Unmanaged<PendingWrite>.fromOpaque(request.unsafelyUnwrapped.pointee.data).release()
      stream.wrote(status)
    }
    precondition(queued == 0, "libuv did not take a write on an open socket")
    return false
  }

  private func wrote(_ status: Int32) {
    pendingWrites -= 1
    switch state {
    case .open: if status == 0 { delegate?.streamWritable() }
    case .lingering(let timer):
      timer.start(after: Limits.lingerMax)
      sayDone()
    case .closed: break
    }
  }

  private static func buffer(_ bytes: UnsafeMutableRawBufferPointer) -> uv_buf_t {
    unsafe uv_buf_init(
      bytes.baseAddress?.assumingMemoryBound(to: CChar.self), UInt32(bytes.count))
  }

  // MARK: Closing

  func close() {
    guard case .open = state else { return }
    delegate = nil
    if peerEnded && pendingWrites == 0 { return destroy() }
    let timer = LoopTimer(loop) { [unowned self] in destroy() }
    state = .lingering(timer)
    timer.start(after: pendingWrites == 0 ? Limits.lingerMax : Limits.lingerUnsentMax)
    if pendingWrites == 0 { sayDone() }
  }

  private func sayDone() {
    if peerEnded { return destroy() }
    var descriptor: uv_os_fd_t = -1
    _ = unsafe withBase { unsafe uv_fileno($0, &descriptor) }
    shutdown(descriptor, Int32(SHUT_WR))
  }

  private func destroy() {
    switch state {
    case .closed: return
    case .lingering(let timer): timer.close()
    case .open: break
    }
    state = .closed
    unsafe close(handle)
  }

  override func loopStops() {
    switch state {
    case .open: destroy()
    // Its last words are awaited, but not for long.
    case .lingering(let timer): timer.start(after: Limits.lingerMax)
    case .closed: break
    }
  }

  override func loopEnded() { destroy() }

  private func withBase<Result>(_ body: (UnsafeMutablePointer<uv_handle_t>) -> Result) -> Result {
    unsafe UnsafeMutableRawPointer(handle).withMemoryRebound(
      to: uv_handle_t.self, capacity: 1, body)
  }
}
