// SPDX-License-Identifier: Apache-2.0

/// How a server treats its clients. The defaults are those of ``Limits``, in one place.
public struct ServerOptions: Sendable {
  /// Largest message taken, in bytes, as sent and as decompressed.
  public var messageBytesMax = Limits.messageBytesMax
  /// Bytes that a client may send ahead on one stream. 64 KiB to 2^31 - 1.
  public var streamWindowBytes = Limits.streamWindowBytes
  /// Bytes that a client may send ahead on all streams of a connection.
  public var connectionWindowBytes = Limits.connectionWindowBytes
  /// Calls open at once on one connection; more wait at the client.
  public var concurrentStreamsMax = Limits.concurrentStreamsMax
  /// Size of a request's headers: names, values, and 32 bytes each.
  public var headerListBytesMax = Limits.headerListBytesMax
  /// Encoding of answers, for clients that read it.
  public var responseEncoding = Encoding.identity
  /// Whether handlers run on their connection's loop rather than on the global executor: fewer
  /// threads take turns on busy cores, but a handler that computes for long keeps the loop from its
  /// sockets, and one that blocks stops it.
  public var handlersRunOnLoops = false
  /// Quiet time after which a client is pinged.
  public var keepaliveInterval = Limits.serverKeepaliveInterval
  /// How long a client may take to answer that.
  public var keepaliveTimeout = Limits.keepaliveTimeout
  /// Clients that ping more often are told to calm down, then cut off.
  public var pingIntervalMin = Limits.pingIntervalMin
  /// A connection older than this (give or take a tenth) is drained, so that long-lived clients
  /// spread again over the servers behind a load balancer; nil: never.
  public var connectionAgeMax: Duration?
  /// How long calls may still take on a connection drained for its age, before they end with
  /// UNAVAILABLE; nil: as long as they want.
  public var connectionAgeGrace: Duration? = Limits.connectionAgeGrace

  /// All defaults.
  public init() {}

  var settings: HTTP2Settings {
    HTTP2Settings(
      streamWindowBytes: streamWindowBytes, connectionWindowBytes: connectionWindowBytes,
      concurrentStreamsMax: concurrentStreamsMax, headerListBytesMax: headerListBytesMax)
  }
}
