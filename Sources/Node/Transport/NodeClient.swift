// SPDX-License-Identifier: Apache-2.0
import Proto
import Protobuf
import RPC
import Synchronization

/// A connection to a node, in the words of the telemetry service. Everything else in the program
/// that asks a node goes through here.
final class NodeClient: Sendable {
  /// The largest answer that is taken, for those who ask for everything at once.
  static let reportBytesMax = 1 << 30
  /// Series in a page: about 2 MB at usual names. The node merges everything for each page, so few
  /// large pages are cheaper than many small ones.
  static let pageSize: Int32 = 25_000
  /// Bytes of a page, such as every gRPC client takes.
  static let pageBytesMax: Int64 = 4 << 20

  /// How long one answer may take.
  static let answerTimeout = Duration.seconds(60)

  let target: HostPort
  private let group: EventLoopGroup
  private let channel: Mutex<Channel>

  /// Makes a client; the connection is made when it is first needed.
  init(_ target: HostPort, group: EventLoopGroup) {
    self.target = target
    self.group = group
    channel = Mutex(Self.makeChannel(target, group))
  }

  /// Makes the next call connect at once, however long the channel would wait after failed
  /// attempts. For callers that wait by rules of their own.
  func renew() async {
    let fresh = Self.makeChannel(target, group)
    let stale = channel.withLock { channel in
      defer { channel = fresh }
      return channel
    }
    await stale.close()
  }

  /// Ends the connection.
  func close() async { await current.close() }

  var current: Channel { channel.withLock { $0 } }

  private static func makeChannel(_ target: HostPort, _ group: EventLoopGroup) -> Channel {
    var options = ChannelOptions()
    options.userAgent = "tributary/\(Program.version)"
    return Channel(host: target.host, port: target.port, group: group, options: options)
  }

  /// Opens a stream of points.
  ///
  /// - Parameter messagesPerFrameMax: nil: as many as fit.
  func push(timeout: Duration? = nil, messagesPerFrameMax: Int? = nil) async throws -> PointStream {
    var options = CallOptions()
    options.messagesPerFrameMax = messagesPerFrameMax
    options.timeout = timeout
    return PointStream(
      call: try await current.open(TelemetryService.pushPoints.path, options: options))
  }

  /// Sends a run of length-prefixed messages as a stream of its own.
  ///
  /// - Throws: the node's own words when it ended the stream early, with the Ack so far.
  func push(_ run: [UInt8], timeout: Duration? = nil) async throws -> Ack {
    let stream = try await push(timeout: timeout)
    do {
      try await stream.send(run)
      return try await stream.finish()
    } catch is RPCError {
      return try await stream.answer()
    }
  }

  /// Asks once, and gives back the answer's bytes without reading them.
  func summaryBytes(_ request: SummaryRequest) async throws -> [UInt8] {
    var options = CallOptions()
    options.messageBytesMax = Self.reportBytesMax
    options.timeout = Self.answerTimeout
    return try await current.unary(
      TelemetryService.summary.path, request.encoded(), options: options
    ).message.bytes
  }

  /// Asks for all pages. Series that appear or disappear in between may be missed; those that stay
  /// are not.
  func summary(_ filter: SummaryFilter) async throws -> Summary {
    var request = filter.request
    request.pageSize = Self.pageSize
    request.bytesMax = Self.pageBytesMax
    var summary = Summary(rows: [], asOf: 0, windowSeconds: 0, resolutionSeconds: 0)
    var isFirst = true
    while true {
      let page = try await page(&request)
      defer { isFirst = false }
      if isFirst {
        summary = page.summary
      } else {
        summary.rows += page.summary.rows
        summary.coverage = SummaryCoverage.joined(summary.coverage, page.summary.coverage)
      }
      guard !page.nextPageToken.isEmpty else { return summary }
      guard page.nextPageToken != request.pageToken else {
        throw CommandFailure("the node gave the same page twice")
      }
      request.pageToken = page.nextPageToken
    }
  }

  /// One page; smaller ones are asked for from then on when it is too large.
  private func page(_ request: inout SummaryRequest) async throws -> SummaryPage {
    while true {
      do {
        return try ReportReader.read(try await summaryBytes(request))
      } catch let error as RPCError {
        guard error.status.code == .resourceExhausted, request.pageSize > 1 else { throw error }
        request.pageSize = max(1, request.pageSize / 4)
      }
    }
  }
}

/// A stream of points under way.
struct PointStream: Sendable {
  fileprivate let call: ClientCall

  /// Sends a run of length-prefixed messages; returns when the connection has room for more.
  func send(_ run: [UInt8]) async throws { try await call.send(framed: run) }

  /// Ends the stream and waits for the answer.
  func finish() async throws -> Ack {
    try await call.finishSending()
    return try await answer()
  }

  /// What the node said when it ended the stream early, thrown as its error; its answer otherwise.
  func answer() async throws -> Ack {
    guard let message = try await call.next() else {
      throw CommandFailure("the node ended the stream without an answer")
    }
    return try Ack(decoding: message.bytes)
  }
}
