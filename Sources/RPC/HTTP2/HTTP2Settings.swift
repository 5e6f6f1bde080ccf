// SPDX-License-Identifier: Apache-2.0
internal import CNghttp2

/// What one side of a connection announces and enforces.
struct HTTP2Settings: Sendable {
  var streamWindowBytes: Int
  var connectionWindowBytes: Int
  var concurrentStreamsMax: Int
  var headerListBytesMax: Int
}

/// Why a connection cannot go on.
struct HTTP2Failure: Error {
  var code: Int32

  /// The peer does not speak HTTP/2: its first bytes are another protocol's.
  var isForeignProtocol: Bool { code == NGHTTP2_ERR_BAD_CLIENT_MAGIC.rawValue }

  var text: String { unsafe String(cString: nghttp2_strerror(code)) }
}
