// SPDX-License-Identifier: Apache-2.0

extension TributaryClient {
  /// What becomes of a point when the buffer is full.
  public enum FullBufferPolicy: Sendable, Hashable, CaseIterable {
    /// ``TributaryClient/recordWaiting(_:_:at:)`` waits for room;
    /// ``TributaryClient/record(_:_:at:)``, which cannot, drops the point.
    case wait
    /// The point is dropped.
    case dropNewest
    /// The oldest points that were never sent are dropped, a batch at a time. Those that were sent
    /// may have been counted already, so they stay: while they alone fill the buffer, the new point
    /// is dropped.
    case dropOldest
  }

  /// How a client collects, keeps and sends. Every drop is counted, whatever is chosen.
  public struct Options: Sendable {
    /// A point waits no longer than this for others to share its batch.
    public var flushInterval = Duration.milliseconds(200)
    /// Points in one batch at most.
    public var batchPointsMax = 8192
    /// Bytes of one batch at most.
    public var batchBytesMax = 256 << 10
    /// Bytes of all points, as encoded, that have been recorded and not been acknowledged.
    public var bufferBytesMax = 16 << 20
    /// What becomes of a point that finds the buffer full.
    public var whenFull = FullBufferPolicy.dropOldest
    /// Batches sent and not yet acknowledged, at most 1024.
    public var batchesInFlightMax = 64
    /// A node that acknowledges nothing for so long is left for another.
    public var ackTimeout = Duration.seconds(10)
    /// How long a connection may take to come about.
    public var connectTimeout = Duration.seconds(5)
    /// The bound of the first wait after a failure; it doubles with every further one.
    public var retryWaitFirst = Duration.milliseconds(100)
    /// The largest bound of a wait.
    public var retryWaitMax = Duration.seconds(10)
    /// The client fails when it has points and no node has acknowledged any for so long; nil: it
    /// never gives up.
    public var giveUpAfter: Duration?
    /// Called with what happens to the connection and to points, for logs. It must return soon, and
    /// may be called from any thread.
    public var onEvent: (@Sendable (Event) -> Void)?

    /// All defaults.
    public init() {}

    func validate() {
      precondition(flushInterval >= .zero, "flushInterval must not be negative")
      precondition(
        (1...ClientLimits.batchPointsMax).contains(batchPointsMax),
        "batchPointsMax must be in 1...\(ClientLimits.batchPointsMax)")
      precondition(
        (1024...ClientLimits.batchBytesMax).contains(batchBytesMax),
        "batchBytesMax must be in 1024...\(ClientLimits.batchBytesMax)")
      precondition(bufferBytesMax >= batchBytesMax, "the buffer must hold a batch")
      precondition(
        (1...ClientLimits.batchesInFlightMax).contains(batchesInFlightMax),
        "batchesInFlightMax must be in 1...\(ClientLimits.batchesInFlightMax)")
      precondition(ackTimeout > .zero && connectTimeout > .zero, "timeouts must be positive")
      precondition(
        retryWaitFirst > .zero && retryWaitMax >= retryWaitFirst,
        "waits need 0 < retryWaitFirst <= retryWaitMax")
    }
  }

  /// What happens to a client, for logs.
  public enum Event: Sendable, Hashable {
    /// Batches go to this endpoint now.
    case connected(Endpoint)
    /// The connection ended, or did not come about; the next attempt is after the wait.
    case disconnected(Endpoint, reason: String, wait: Duration)
    /// Points of one batch were rejected.
    case rejected([Rejection])
    /// So many points of one batch are kept for nodes that are away.
    case hinted(Int)
    /// A batch was dropped, with so many points.
    case dropped(Int, DropReason)
    /// No endpoint takes batches, and none will be tried any more.
    case failed(ClientError)
  }
}
