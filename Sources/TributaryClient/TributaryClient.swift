// SPDX-License-Identifier: Apache-2.0
internal import Glibc
internal import RPC

/// Sends points to a cluster, in batches, and keeps each batch until a node has acknowledged it.
///
/// ```swift
/// let client = try TributaryClient("127.0.0.1:50051")
/// client.record("room.temperature", 21.5, labels: ["room": "kitchen"], kind: .gauge)
/// await client.close()
/// ```
///
/// A batch goes out when it is full or its first point has waited for `flushInterval`. When a
/// connection ends the client goes to its next endpoint, after a random and growing wait, and sends
/// everything again that was not acknowledged; the cluster counts each batch once, whichever node
/// it came to before. So a point is counted exactly once when it was acknowledged, and at most once
/// when it was not. What is not acknowledged is kept in memory, bounded in bytes, and ends with the
/// process; every point that the client gives up is counted in ``statistics``.
///
/// Endpoints that say UNIMPLEMENTED, UNAUTHENTICATED or PERMISSION_DENIED, all of them one after
/// the other, make the client fail, and so does `giveUpAfter`. A batch that a node calls malformed
/// is given up, and counted.
///
/// Safe from any thread. A client that nobody holds any more stops at once, as if closed without
/// time: ``close(timeout:)`` it.
public final class TributaryClient: Sendable {
  let outbox: Outbox
  private let courier: Task<Void, Never>

  /// Starts a client; it connects when the first batch is to be sent.
  ///
  /// - Parameter endpoints: nodes of one cluster, or balancers before them; at least one. They are
  ///   tried in random order.
  public convenience init(endpoints: [Endpoint], options: Options = Options()) {
    self.init(endpoints: endpoints, options: options, random: SystemRandomNumberGenerator())
  }

  /// The same for endpoints written as `host:port`.
  ///
  /// - Throws: ``ClientError/endpointInvalid(_:)``.
  public convenience init(_ endpoints: String..., options: Options = Options()) throws(ClientError)
  {
    var parsed: [Endpoint] = []
    for text in endpoints {
      guard let endpoint = Endpoint(text) else { throw .endpointInvalid(text) }
      parsed.append(endpoint)
    }
    self.init(endpoints: parsed, options: options)
  }

  private init(
    endpoints: [Endpoint], options: Options, random: some RandomNumberGenerator
  ) {
    options.validate()
    var random = random
    let outbox = Outbox(name: Self.name(&random), options: options)
    self.outbox = outbox
    courier = Task {
      let group = EventLoopGroup(loops: 1)
      await Courier(endpoints: endpoints, options: options, group: group, outbox: outbox).run()
      await group.shutdown()
    }
  }

  deinit {
    _ = outbox.end(.closed)
    courier.cancel()
  }

  /// A name for one life of a client that no other has.
  private static func name(_ random: inout some RandomNumberGenerator) -> String {
    (0..<ClientLimits.clientNameBytes).map { _ in
      let byte = UInt8.random(in: 0...255, using: &random)
      return String(byte >> 4, radix: 16) + String(byte & 15, radix: 16)
    }.joined()
  }

  // MARK: Recording

  /// Records a point; never waits. O(1), without allocation when the series is in the open batch.
  ///
  /// - Parameter time: Unix seconds; nil: now.
  /// - Returns: false when the point was dropped, which ``statistics`` counts by reason.
  @discardableResult
  public func record(_ series: Series, _ value: Double, at time: Int64? = nil) -> Bool {
    switch outbox.record(series, value, time: time ?? Self.now, mayWait: false) {
    case .taken: true
    case .dropped, .full: false
    }
  }

  /// Records a point of a series that is named on the spot.
  @discardableResult
  public func record(
    _ metric: String, _ value: Double, labels: [String: String] = [:], kind: Kind = .unspecified,
    at time: Int64? = nil
  ) -> Bool {
    record(Series(metric, labels: labels, kind: kind), value, at: time)
  }

  /// Records a point. With `whenFull` set to `wait`, and only then, waits for room in the buffer; a
  /// cancelled task waits no longer, and its point is dropped.
  ///
  /// - Returns: false when the point was dropped.
  @discardableResult
  public func recordWaiting(_ series: Series, _ value: Double, at time: Int64? = nil) async -> Bool
  {
    let time = time ?? Self.now
    while true {
      let mayWait = outbox.waitsWhenFull && !Task.isCancelled
      switch outbox.record(series, value, time: time, mayWait: mayWait) {
      case .taken: return true
      case .dropped: return false
      case .full(let releases):
        _ = await outbox.wait(for: .room(releases: releases), until: nil)
      }
    }
  }

  private static var now: Int64 { Int64(time(nil)) }

  // MARK: Waiting

  /// Connects now rather than with the first batch.
  ///
  /// - Throws: ``ClientError`` when all endpoints were tried and none could be reached. The client
  ///   goes on trying when there are points to send.
  public func connect() async throws {
    outbox.wantConnection()
    switch await outbox.wait(for: .tried, until: nil) {
    case .met: return
    case .failed(let error): throw error
    case .expired: throw CancellationError()
    }
  }

  /// Sends everything recorded so far, and returns when each point has been acknowledged, or was
  /// rejected or dropped, which ``statistics`` tells.
  ///
  /// - Throws: ``ClientError``; `deadlinePassed` says how many points are missing, which are kept
  ///   and sent further.
  public func flush(timeout: Duration = .seconds(30)) async throws {
    let ticket = outbox.flush()
    switch await outbox.wait(for: .settled(ticket: ticket), until: .now + timeout) {
    case .met: return
    case .failed(let error): throw error
    case .expired:
      try Task.checkCancellation()
      throw ClientError.deadlinePassed(
        pointsMissing: outbox.missing(through: ticket), reason: outbox.trouble?.description)
    }
  }

  /// What a client was closed with.
  public struct Unacknowledged: Sendable, Hashable {
    /// Points that were sent; the cluster may have counted them.
    public var pointsSent: Int
    /// Points that were never sent.
    public var pointsUnsent: Int

    /// There are none.
    public var isEmpty: Bool { pointsSent == 0 && pointsUnsent == 0 }
  }

  /// Takes no further points, sends everything recorded so far, and ends the connection. Calling it
  /// again does nothing.
  ///
  /// - Returns: what was not acknowledged within `timeout`; it is given up.
  @discardableResult
  public func close(timeout: Duration = .seconds(5)) async -> Unacknowledged {
    let ticket = outbox.beginClosing()
    _ = await outbox.wait(for: .settled(ticket: ticket), until: .now + timeout)
    let points = outbox.end(.closed)
    let left = Unacknowledged(pointsSent: points.sent, pointsUnsent: points.unsent)
    // With nothing left the stream ends by itself, unless the node is stuck.
    let grace = left.isEmpty ? ClientLimits.streamEndMax : .zero
    let timer = Task { [courier] in
      try await Task.sleep(for: grace)
      courier.cancel()
    }
    await courier.value
    timer.cancel()
    return left
  }

  /// Why the client has failed for good; nil while it has not.
  public var failure: ClientError? { outbox.failure }

  /// Points by what became of them, as of now.
  public var statistics: Statistics { outbox.statistics }
}
