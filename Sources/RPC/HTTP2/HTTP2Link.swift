// SPDX-License-Identifier: Apache-2.0

/// What a link tells its connection, on the loop's thread.
protocol HTTP2LinkDelegate: AnyObject {
  /// Chunks of DATA count from the start of `bytes`, which live until the return.
  func linkReceived(_ events: HTTP2Events, _ bytes: UnsafeRawBufferPointer)
  /// The link is gone. Called once, last; `reason` is nil when both sides meant it.
  func linkClosed(_ reason: LinkFailure?)
}

/// Why a link ended.
enum LinkFailure: Error {
  /// The peer closed, or the network failed.
  case disconnected(String)
  /// The peer broke HTTP/2.
  case protocolViolation(String)
  /// The peer speaks another protocol.
  case foreignProtocol

  var text: String {
    switch self {
    case .disconnected(let reason): reason
    case .protocolViolation(let reason): "HTTP/2 was violated: \(reason)"
    case .foreignProtocol: "the first bytes are no HTTP/2 preface"
    }
  }
}

/// An HTTP/2 session on a byte stream: reads into the one, writes what the other has to say, once a
/// turn of the loop. Confined to its loop.
final class HTTP2Link: ByteStreamDelegate, TurnEndObserver {
  let session: HTTP2Session
  let stream: any ByteStream
  let unsent = UnsentMeter()
  weak var delegate: (any HTTP2LinkDelegate)?
  private let loop: EventLoop
  private var isWritable = true
  private var isFlushScheduled = false
  private var isClosed = false
  private var congestedStreams: [CallStream] = []

  init(_ loop: EventLoop, _ stream: any ByteStream, _ session: consuming HTTP2Session) {
    self.loop = loop
    self.stream = stream
    self.session = session
    stream.delegate = self
    setNeedsFlush()
  }

  /// There may be something to send; it goes at the end of the turn.
  func setNeedsFlush() {
    guard !isFlushScheduled, !isClosed else { return }
    isFlushScheduled = true
    loop.atTurnEnd(self)
  }

  func turnEnded() {
    isFlushScheduled = false
    flush()
  }

  /// Sends what is to be sent and closes; the delegate hears nothing more.
  func close() {
    flush()
    closeNow(tell: false, nil)
  }

  /// A writer of the stream waits for its bytes to leave.
  func congested(_ stream: CallStream) { congestedStreams.append(stream) }

  // MARK: ByteStreamDelegate

  func streamReceived(_ bytes: UnsafeRawBufferPointer) {
    guard !isClosed else { return }
    do throws(HTTP2Failure) {
      try unsafe session.receive(bytes)
    } catch {
      unsafe deliver(bytes)
      flush()
      return closeNow(
        tell: true, error.isForeignProtocol ? .foreignProtocol : .protocolViolation(error.text))
    }
    unsafe deliver(bytes)
    setNeedsFlush()
  }

  func streamEnded(_ reason: String?) {
    closeNow(tell: true, .disconnected(reason ?? "closed by the peer"))
  }

  func streamWritable() {
    isWritable = true
    setNeedsFlush()
  }

  // MARK: -

  private func deliver(_ bytes: UnsafeRawBufferPointer) {
    let events = session.takeEvents()
    if !events.list.isEmpty { unsafe delegate?.linkReceived(events, bytes) }
    session.recycle(events)
  }

  private func flush() {
    while isWritable, !isClosed {
      loop.output.removeAll(keepingCapacity: true)
      do throws(HTTP2Failure) {
        try session.send(into: &loop.output, limit: Limits.writeBufferBytes)
      } catch {
        return closeNow(tell: true, .protocolViolation(error.text))
      }
      let isDone = loop.output.isEmpty
      isWritable = unsafe loop.output.withUnsafeBytes { unsafe stream.write($0) }
      // What left, and what ended with it. Told after the write: the connection may answer with
      // more frames, or close the link.
      unsafe deliver(UnsafeRawBufferPointer(start: nil, count: 0))
      if isDone { break }
    }
    if !congestedStreams.isEmpty { congestedStreams.removeAll { !$0.wakeWriters() } }
    if session.isFinished { closeNow(tell: true, nil) }
  }

  private func closeNow(tell: Bool, _ reason: LinkFailure?) {
    guard !isClosed else { return }
    isClosed = true
    stream.close()
    // They hold the link.
    congestedStreams = []
    if tell { delegate?.linkClosed(reason) }
  }
}
