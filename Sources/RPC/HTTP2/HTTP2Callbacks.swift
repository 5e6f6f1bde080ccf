// SPDX-License-Identifier: Apache-2.0
internal import CNghttp2

/// Where nghttp2's callbacks write down what they saw. It decides nothing.
@safe final class HTTP2Callbacks {
  // Callbacks come one at a time, from calls of nghttp2 by the one owner: nothing else can be
  // accessing these, and checking it for each frame would cost more than the frame.
  @exclusivity(unchecked) var events = HTTP2Events()
  var spare = HTTP2Events()
  /// HEADERS, DATA or credit went out since this was last looked at.
  var hasAnswered = false
  /// Start of the bytes that are being received.
  var base: UnsafeRawPointer?

  private let role: HTTP2Session.Role
  private let headerListBytesMax: Int
  private var fields: [HeaderField] = []
  private var headerListBytes = 0
  private var skipped = SkippedStreams()

  init(_ role: HTTP2Session.Role, headerListBytesMax: Int) {
    self.role = role
    self.headerListBytesMax = headerListBytesMax
  }

  /// The session holds it while it calls back: not counting that once more saves a fifth of a small
  /// frame's cost.
  @inline(__always)
  private static func of<Result>(
    _ data: UnsafeMutableRawPointer?, _ body: (HTTP2Callbacks) -> Result
  ) -> Result {
    unsafe Unmanaged<HTTP2Callbacks>.fromOpaque(data.unsafelyUnwrapped)
      ._withUnsafeGuaranteedRef { body($0) }
  }

  // MARK: What nghttp2 saw

  private func began(_ header: nghttp2_frame_hd) -> Int32 {
    guard role == .server, header.type == NGHTTP2_HEADERS.rawValue else { return 0 }
    if skipped.headersReceived(on: UInt32(header.stream_id)) == .protocolError {
      unsafe events.append(.streamOutOfOrder(header.stream_id))
    }
    return 0
  }

  private func beganHeaders() {
    fields = []
    headerListBytes = 0
  }

  private func received(_ name: UnsafeBufferPointer<UInt8>, _ value: UnsafeBufferPointer<UInt8>) {
    // RFC 9113, 6.5.2: a field counts 32 bytes more than it has.
    headerListBytes += name.count + value.count + 32
    guard headerListBytes <= headerListBytesMax else { return }
    unsafe fields.append(
      HeaderField(String(decoding: name, as: UTF8.self), Array(value)))
  }

  private func received(_ frame: UnsafePointer<nghttp2_frame>) {
    let header = unsafe frame.pointee.hd
    let endsStream = header.flags & UInt8(NGHTTP2_FLAG_END_STREAM.rawValue) != 0
    switch nghttp2_frame_type(UInt32(header.type)) {
    case NGHTTP2_HEADERS:
      let kind: HTTP2Headers.Kind =
        switch unsafe frame.pointee.headers.cat {
        case NGHTTP2_HCAT_REQUEST: .request
        case NGHTTP2_HCAT_RESPONSE: .response
        default: .trailers
        }
      unsafe events.append(
        .headers(
          HTTP2Headers(
            stream: header.stream_id, kind: kind, fields: fields, endsStream: endsStream,
            isTooLarge: headerListBytes > headerListBytesMax)))
      fields = []
      if endsStream { unsafe events.append(.endStream(header.stream_id)) }
    case NGHTTP2_DATA:
      if endsStream { unsafe events.append(.endStream(header.stream_id)) }
    case NGHTTP2_PING:
      let isAck = header.flags & UInt8(NGHTTP2_FLAG_ACK.rawValue) != 0
      unsafe events.append(isAck ? .pingAck : .ping)
    case NGHTTP2_GOAWAY:
      let goAway = unsafe frame.pointee.goaway
      unsafe events.append(.goAway(lastStream: goAway.last_stream_id, error: goAway.error_code))
    default:
      break
    }
  }

  private func sent(_ header: nghttp2_frame_hd) {
    switch nghttp2_frame_type(UInt32(header.type)) {
    case NGHTTP2_HEADERS, NGHTTP2_DATA, NGHTTP2_WINDOW_UPDATE: hasAnswered = true
    default: break
    }
    guard header.flags & UInt8(NGHTTP2_FLAG_END_STREAM.rawValue) != 0 else { return }
    switch nghttp2_frame_type(UInt32(header.type)) {
    case NGHTTP2_HEADERS, NGHTTP2_DATA: unsafe events.append(.sentEndStream(header.stream_id))
    default: break
    }
  }

  private func notSent(_ header: nghttp2_frame_hd, _ error: nghttp2_error) {
    guard header.type == NGHTTP2_HEADERS.rawValue else { return }
    switch (role, error) {
    case (_, NGHTTP2_ERR_FRAME_SIZE_ERROR): unsafe events.append(.notSent(header.stream_id))
    case (.server, _): break
    // A request that was still waiting when the connection stopped taking new ones.
    case (.client, _):
      unsafe events.append(
        .closed(stream: header.stream_id, error: HTTP2ErrorCode.refusedStream.rawValue))
    }
  }

  // MARK: The C side

  /// The callbacks as nghttp2 wants them; the caller deletes them.
  static func table() -> OpaquePointer {
    var table: OpaquePointer?
    unsafe precondition(nghttp2_session_callbacks_new(&table) == 0, "out of memory")
    let callbacks = unsafe table.unsafelyUnwrapped
    unsafe nghttp2_session_callbacks_set_on_begin_frame_callback(callbacks) { _, header, data in
      unsafe HTTP2Callbacks.of(data) { unsafe $0.began(header.unsafelyUnwrapped.pointee) }
    }
    unsafe nghttp2_session_callbacks_set_on_begin_headers_callback(callbacks) { _, _, data in
      unsafe HTTP2Callbacks.of(data) { $0.beganHeaders() }
      return 0
    }
    unsafe nghttp2_session_callbacks_set_on_header_callback(callbacks) {
      _, _, name, nameCount, value, valueCount, _, data in
      unsafe HTTP2Callbacks.of(data) {
        unsafe $0.received(
          UnsafeBufferPointer(start: name, count: nameCount),
          UnsafeBufferPointer(start: value, count: valueCount))
      }
      return 0
    }
    unsafe nghttp2_session_callbacks_set_on_frame_recv_callback(callbacks) { _, frame, data in
      unsafe HTTP2Callbacks.of(data) { unsafe $0.received(frame.unsafelyUnwrapped) }
      return 0
    }
    unsafe nghttp2_session_callbacks_set_on_data_chunk_recv_callback(callbacks) {
      _, _, stream, bytes, count, data in
      unsafe HTTP2Callbacks.of(data) {
        let start = unsafe UnsafeRawPointer(bytes.unsafelyUnwrapped) - $0.base.unsafelyUnwrapped
        unsafe $0.events.append(data: start..<start + count, of: stream)
      }
      return 0
    }
    unsafe nghttp2_session_callbacks_set_on_frame_send_callback(callbacks) { _, frame, data in
      unsafe HTTP2Callbacks.of(data) { unsafe $0.sent(frame.unsafelyUnwrapped.pointee.hd) }
      return 0
    }
    unsafe nghttp2_session_callbacks_set_on_frame_not_send_callback(callbacks) {
      _, frame, error, data in
      unsafe HTTP2Callbacks.of(data) {
        unsafe $0.notSent(frame.unsafelyUnwrapped.pointee.hd, nghttp2_error(error))
      }
      return 0
    }
    unsafe nghttp2_session_callbacks_set_on_stream_close_callback(callbacks) {
      _, stream, error, data in
      unsafe HTTP2Callbacks.of(data) {
        unsafe $0.events.append(.closed(stream: stream, error: error))
      }
      return 0
    }
    return unsafe callbacks
  }
}
