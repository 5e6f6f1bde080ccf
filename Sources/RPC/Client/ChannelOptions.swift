// SPDX-License-Identifier: Apache-2.0

/// How a channel treats its server.
public struct ChannelOptions: Sendable {
  /// Bytes that the server may send ahead on one stream.
  public var streamWindowBytes = Limits.streamWindowBytes
  /// Bytes that the server may send ahead on all streams.
  public var connectionWindowBytes = Limits.connectionWindowBytes
  /// Size of an answer's headers: names, values, and 32 bytes each.
  public var headerListBytesMax = Limits.headerListBytesMax
  /// Quiet time after which the server is pinged while calls are open, at least 10 s; nil: never.
  public var keepaliveInterval: Duration?
  /// The least that is made of it; shorter in tests.
  var keepaliveIntervalMin = Limits.clientKeepaliveIntervalMin
  /// How long the server may take to answer that.
  public var keepaliveTimeout = Limits.keepaliveTimeout
  /// How long a connection may take to come about.
  public var connectTimeout = Limits.connectTimeoutMin
  /// The `:authority` of every call; nil: the address.
  public var authority: String?
  /// The `user-agent` of every call.
  public var userAgent = "grpc-swift-nghttp2"

  /// All defaults.
  public init() {}

  var settings: HTTP2Settings {
    HTTP2Settings(
      streamWindowBytes: streamWindowBytes, connectionWindowBytes: connectionWindowBytes,
      concurrentStreamsMax: 0, headerListBytesMax: headerListBytesMax)
  }
}

/// How one call is made.
public struct CallOptions: Sendable {
  /// Sent before the messages.
  public var metadata = Metadata()
  /// How long the call may take, from now; nil: as long as it takes.
  public var timeout: Duration?
  /// How messages are compressed.
  public var encoding = Encoding.identity
  /// Largest message taken from the server, in bytes, as sent and as decompressed.
  public var messageBytesMax = Limits.messageBytesMax
  /// At most so many messages in one DATA frame; nil: as many as fit. For measurements.
  public var messagesPerFrameMax: Int?

  /// All defaults.
  public init() {}
}

/// The answer to a call that takes one message and gives one.
public struct UnaryResponse: Sendable {
  /// The message.
  public var message: ReceivedMessage
  /// What came before it.
  public var initialMetadata: Metadata
  /// What came after it.
  public var trailers: Metadata
}
