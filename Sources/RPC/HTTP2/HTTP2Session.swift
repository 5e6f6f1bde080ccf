// SPDX-License-Identifier: Apache-2.0
internal import CNghttp2

/// One HTTP/2 connection's protocol state: bytes in, events out, and the bytes that are to be sent.
/// It wraps one nghttp2 session, which it owns, and does no input or output itself.
///
/// nghttp2 calls back while it parses; those callbacks only append to ``HTTP2Callbacks``. What to
/// do about an event is decided afterwards, outside of nghttp2, where submitting frames is allowed.
@safe struct HTTP2Session: ~Copyable {
  enum Role {
    case client
    case server
  }

  private let session: OpaquePointer
  private let callbacks: HTTP2Callbacks

  /// Makes a session and queues its SETTINGS.
  init(_ role: Role, settings: HTTP2Settings) {
    callbacks = HTTP2Callbacks(role, headerListBytesMax: settings.headerListBytesMax)
    unsafe session = HTTP2Session.make(role, callbacks, settings)
    submit(settings, role)
  }

  deinit { unsafe nghttp2_session_del(session) }

  // MARK: Bytes

  /// Parses what the peer sent. Events of it wait in ``takeEvents()``; ranges in them count from
  /// the start of `bytes`.
  ///
  /// - Throws: when the connection cannot go on; a GOAWAY may be waiting to be sent.
  func receive(_ bytes: UnsafeRawBufferPointer) throws(HTTP2Failure) {
    unsafe callbacks.base = bytes.baseAddress
    let result = unsafe tributary_nghttp2_recv(
      session, bytes.baseAddress?.assumingMemoryBound(to: UInt8.self), bytes.count)
    guard result >= 0 else { throw HTTP2Failure(code: Int32(result)) }
  }

  /// Appends to `output` what is to be sent, until it holds `limit` bytes or there is no more.
  func send(into output: inout [UInt8], limit: Int) throws(HTTP2Failure) {
    while output.count < limit {
      var start: UnsafePointer<UInt8>?
      let count = unsafe tributary_nghttp2_send(session, &start)
      guard count >= 0 else { throw HTTP2Failure(code: Int32(count)) }
      guard count > 0, let start = unsafe start else { return }
      unsafe output.append(contentsOf: UnsafeBufferPointer(start: start, count: Int(count)))
    }
  }

  /// The events since the last call. The caller gives them back with ``recycle(_:)``.
  func takeEvents() -> HTTP2Events {
    let events = unsafe callbacks.events
    unsafe callbacks.events = callbacks.spare
    callbacks.spare = HTTP2Events()
    return events
  }

  /// Takes what ``takeEvents()`` gave back, for its memory.
  func recycle(_ events: consuming HTTP2Events) {
    events.removeAll()
    callbacks.spare = events
  }

  /// Whether HEADERS, DATA or credit went out since the last call.
  func takeHasAnswered() -> Bool {
    defer { callbacks.hasAnswered = false }
    return callbacks.hasAnswered
  }

  /// Neither side has anything to say any more.
  var isFinished: Bool {
    unsafe nghttp2_session_want_read(session) == 0 && nghttp2_session_want_write(session) == 0
  }

  /// There is something to send.
  var wantsWrite: Bool { unsafe nghttp2_session_want_write(session) != 0 }

  // MARK: Frames

  /// Opens a stream, on a client.
  ///
  /// - Returns: the stream's id, or nil when the connection takes no new streams.
  func submitRequest(_ fields: [HeaderField], body: OutboundBody) -> Int32? {
    let id = unsafe HTTP2Session.withProvider(body) { provider in
      unsafe HTTP2Session.withFields(fields) {
        unsafe nghttp2_submit_request(session, nil, $0, $1, provider, nil)
      }
    }
    return id > 0 ? id : nil
  }

  /// Answers a stream, on a server. `body` nil: the answer ends with its headers.
  func submitResponse(_ stream: Int32, _ fields: [HeaderField], body: OutboundBody?) {
    _ = unsafe HTTP2Session.withProvider(body) { provider in
      unsafe HTTP2Session.withFields(fields) {
        unsafe nghttp2_submit_response(session, stream, $0, $1, provider)
      }
    }
  }

  private func submit(_ settings: HTTP2Settings, _ role: Role) {
    var entries = [
      nghttp2_settings_entry(
        settings_id: Int32(NGHTTP2_SETTINGS_INITIAL_WINDOW_SIZE.rawValue),
        value: UInt32(settings.streamWindowBytes)),
      nghttp2_settings_entry(
        settings_id: Int32(NGHTTP2_SETTINGS_MAX_HEADER_LIST_SIZE.rawValue),
        value: UInt32(settings.headerListBytesMax)),
    ]
    switch role {
    case .client:
      entries.append(
        nghttp2_settings_entry(
          settings_id: Int32(NGHTTP2_SETTINGS_ENABLE_PUSH.rawValue), value: 0))
    case .server:
      entries.append(
        nghttp2_settings_entry(
          settings_id: Int32(NGHTTP2_SETTINGS_MAX_CONCURRENT_STREAMS.rawValue),
          value: UInt32(settings.concurrentStreamsMax)))
    }
    let none = UInt8(NGHTTP2_FLAG_NONE.rawValue)
    unsafe precondition(
      nghttp2_submit_settings(session, none, entries, entries.count) == 0, "settings out of range")
    unsafe precondition(
      nghttp2_session_set_local_window_size(
        session, none, 0, Int32(settings.connectionWindowBytes)) == 0, "window out of range")
  }

  /// There is more in the stream's body than when it was last looked at.
  func resume(_ stream: Int32) {
    // An error says that the body is not waiting: it is looked at again anyway.
    _ = unsafe nghttp2_session_resume_data(session, stream)
  }

  /// Ends a stream at once.
  func reset(_ stream: Int32, _ code: HTTP2ErrorCode) {
    _ = unsafe nghttp2_submit_rst_stream(
      session, UInt8(NGHTTP2_FLAG_NONE.rawValue), stream, code.rawValue)
  }

  /// Gives flow-control credit back: the peer may send so many bytes more, on the stream (when it
  /// still is) and on the connection.
  func consume(_ stream: Int32, bytes: Int) {
    _ = unsafe nghttp2_session_consume(session, stream, bytes)
  }

  func ping() { _ = unsafe nghttp2_submit_ping(session, 0, nil) }

  /// Warns the peer that a GOAWAY is near, so that streams on their way are still served.
  func submitShutdownNotice() { _ = unsafe nghttp2_submit_shutdown_notice(session) }

  /// Refuses streams that have not been seen yet; those that have go on.
  func submitGoAway(_ code: HTTP2ErrorCode, debug: String = "") {
    var debug = debug
    let last = unsafe nghttp2_session_get_last_proc_stream_id(session)
    _ = debug.withUTF8 {
      unsafe nghttp2_submit_goaway(
        session, UInt8(NGHTTP2_FLAG_NONE.rawValue), last, code.rawValue, $0.baseAddress, $0.count)
    }
  }

  /// Says why and ends the connection.
  func terminate(_ code: HTTP2ErrorCode) {
    _ = unsafe nghttp2_session_terminate_session(session, code.rawValue)
  }
}
