// SPDX-License-Identifier: Apache-2.0
internal import CNghttp2

extension HTTP2Session {
  /// Lays header fields out as nghttp2 reads them; it copies what it keeps.
  static func withFields<Result>(
    _ fields: [HeaderField], _ body: (UnsafePointer<nghttp2_nv>?, Int) -> Result
  ) -> Result {
    var arena: [UInt8] = []
    arena.reserveCapacity(fields.reduce(0) { $0 + $1.name.utf8.count + $1.value.count })
    for field in fields {
      arena.append(contentsOf: field.name.utf8)
      arena.append(contentsOf: field.value)
    }
    return unsafe arena.withUnsafeMutableBufferPointer { arena in
      // An empty arena has no address, and no fields to be read from it.
      var cursor = arena.baseAddress
      let pairs = unsafe fields.map { field in
        let name = unsafe cursor
        let value = unsafe cursor.map { unsafe $0 + field.name.utf8.count }
        unsafe cursor = unsafe value.map { unsafe $0 + field.value.count }
        return unsafe nghttp2_nv(
          name: name, value: value, namelen: field.name.utf8.count, valuelen: field.value.count,
          flags: UInt8(NGHTTP2_NV_FLAG_NONE.rawValue))
      }
      return unsafe pairs.withUnsafeBufferPointer { unsafe body($0.baseAddress, $0.count) }
    }
  }

  /// Makes nghttp2 take a stream's DATA from `source`, which must outlive the stream.
  static func withProvider<Result>(
    _ source: OutboundBody?, _ body: (UnsafePointer<nghttp2_data_provider>?) -> Result
  ) -> Result {
    guard let source else { return body(nil) }
    var provider = unsafe nghttp2_data_provider()
    unsafe provider.source.ptr = Unmanaged.passUnretained(source).toOpaque()
    unsafe provider.read_callback = { session, stream, buffer, capacity, flags, source, _ in
      let body = unsafe Unmanaged<OutboundBody>
        .fromOpaque(source.unsafelyUnwrapped.pointee.ptr).takeUnretainedValue()
      if body.isIdle { return ssize_t(NGHTTP2_ERR_DEFERRED.rawValue) }
      let taken = unsafe body.take(
        into: UnsafeMutableRawBufferPointer(start: buffer, count: capacity))
      switch taken.end {
      case nil: break
      case .data: unsafe flags.unsafelyUnwrapped.pointee |= NGHTTP2_DATA_FLAG_EOF.rawValue
      case .trailers(let fields):
        unsafe flags.unsafelyUnwrapped.pointee |=
          NGHTTP2_DATA_FLAG_EOF.rawValue | NGHTTP2_DATA_FLAG_NO_END_STREAM.rawValue
        _ = unsafe HTTP2Session.withFields(fields) {
          unsafe nghttp2_submit_trailer(session, stream, $0, $1)
        }
      }
      return taken.count
    }
    return unsafe withUnsafePointer(to: provider) { unsafe body($0) }
  }

  static func make(_ role: Role, _ callbacks: HTTP2Callbacks, _ settings: HTTP2Settings)
    -> OpaquePointer
  {
    var options: OpaquePointer?
    unsafe precondition(nghttp2_option_new(&options) == 0, "out of memory")
    defer { unsafe nghttp2_option_del(options) }
    unsafe nghttp2_option_set_no_auto_window_update(options, 1)
    unsafe nghttp2_option_set_max_outbound_ack(options, Limits.answersQueuedMax)
    unsafe nghttp2_option_set_max_settings(options, Limits.settingsEntriesMax)
    unsafe nghttp2_option_set_max_continuations(options, Limits.continuationFramesMax)
    unsafe nghttp2_option_set_stream_reset_rate_limit(
      options, UInt64(Limits.resetsBurst), UInt64(Limits.resetsPerSecond))
    unsafe nghttp2_option_set_max_send_header_block_length(
      options, Limits.sentHeaderBlockBytesMax)
    let table = unsafe HTTP2Callbacks.table()
    defer { unsafe nghttp2_session_callbacks_del(table) }
    var session: OpaquePointer?
    let data = unsafe Unmanaged.passUnretained(callbacks).toOpaque()
    let result =
      switch role {
      case .client: unsafe nghttp2_session_client_new2(&session, table, data, options)
      case .server: unsafe nghttp2_session_server_new2(&session, table, data, options)
      }
    precondition(result == 0, "out of memory")
    return unsafe session.unsafelyUnwrapped
  }
}
