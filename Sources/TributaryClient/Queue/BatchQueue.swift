// SPDX-License-Identifier: Apache-2.0
internal import Proto
internal import Protobuf

/// All points between `record` and the ack: an open batch, closed ones that were never sent, and
/// the window of those that were. Decides when a batch is closed and what goes on the stream next;
/// knows no clock and no connection.
///
/// A batch gets its number when it is sent for the first time, and keeps number and bytes until it
/// is acknowledged. A stream that ends puts everything that is not acknowledged before it again, in
/// order, on the next.
struct BatchQueue: ~Copyable {
  typealias Client = TributaryClient
  typealias Instant = ContinuousClock.Instant

  /// A closed batch.
  struct Batch {
    /// Counts closed batches, from 0, those included that are never sent.
    var ticket: Int
    /// A `PointBatch` without client and numbers.
    var body: [UInt8]
    /// Numbers of its points among all that were taken.
    var points: Range<Int>
    /// When it was sent first.
    var sentAt: Instant?
    /// What its last copy said since when that was. Milliseconds.
    var age: UInt32 = 0

    var bytes: Int { body.count + ClientLimits.batchHeadBytes }
  }

  let name: String
  let options: Client.Options
  var statistics = Client.Statistics()
  private(set) var events: [Client.Event] = []

  var open = OpenBatch()
  /// Ticket of the open batch.
  private(set) var ticket = 0
  /// Open batches up to this ticket are closed as soon as they can be sent.
  private var urgentTicket = -1
  /// Points taken so far: the number of the next one.
  private var pointsTaken = 0
  var unsent = BatchList()
  /// Sent batches from number `confirmed + 1` on; nil: acknowledged. The first one is never nil.
  var window: [Batch?] = []
  /// All batches up to this number are acknowledged, or were given up.
  private(set) var confirmed: UInt64 = 0
  /// The number that goes on the stream next: smaller ones are on it already.
  var cursor: UInt64 = 1
  /// Batches on this stream without an ack.
  var outstanding = 0
  /// The last ack on this stream, or what was sent when none was awaited.
  var outstandingSince: Instant?
  /// Batches up to this number go alone: one of them is malformed, says a node.
  var suspectThrough: UInt64 = 0
  /// Bytes of closed batches.
  private var closedBytes = 0
  private(set) var isClosing = false

  /// An empty one.
  ///
  /// - Parameter name: of this life of the client, 1 to 64 bytes.
  init(name: String, options: Client.Options) {
    self.name = name
    self.options = options
  }

  /// Bytes of all points that are kept.
  var bytes: Int { closedBytes + (open.points > 0 ? open.bytes : 0) }

  /// Nothing is kept.
  var isEmpty: Bool { open.points == 0 && unsent.isEmpty && window.isEmpty }

  // MARK: Recording

  enum OnRecord: Equatable {
    /// Taken; whether the sender has something to do that it did not have before.
    case taken(hasNews: Bool)
    /// There is no room. Nothing has been counted.
    case full
    /// Dropped, and counted.
    case dropped
  }

  /// Takes a point; O(1), but for hashing a series that was not hashed before.
  ///
  /// - Parameter time: Unix seconds.
  mutating func record(_ series: Client.Series, _ value: Double, time: Int64, now: Instant)
    -> OnRecord
  {
    if isClosing { return drop(.closed) }
    let time = min(max(time, ClientLimits.times.lowerBound), ClientLimits.times.upperBound)
    var fit = open.fit(series, time: time)
    var hasNews = open.points == 0
    if open.bytes + fit.bytes > options.batchBytesMax || open.points == options.batchPointsMax {
      guard open.points > 0 else { return drop(.tooLarge) }
      close()
      hasNews = true
      fit = open.fit(series, time: time)
      guard open.bytes + fit.bytes <= options.batchBytesMax else { return drop(.tooLarge) }
    }
    while closedBytes + open.bytes + fit.bytes > options.bufferBytesMax {
      guard options.whenFull == .dropOldest, dropOldest() else { return .full }
      fit = open.fit(series, time: time)
    }
    open.append(series, value, time: time, fit, now: now)
    pointsTaken += 1
    statistics.recorded += 1
    statistics.waiting += 1
    return .taken(hasNews: hasNews || open.points == options.batchPointsMax)
  }

  /// A point that is given up before it was taken.
  mutating func drop(_ reason: Client.DropReason) -> OnRecord {
    statistics.recorded += 1
    statistics.waiting += 1
    statistics.drop(1, reason)
    return .dropped
  }

  /// Makes room by the oldest batch that was never sent.
  private mutating func dropOldest() -> Bool {
    if unsent.isEmpty && open.points > 0 { close() }
    guard let oldest = unsent.popFirst() else { return false }
    forget(oldest, .displaced)
    return true
  }

  /// A batch is dropped, and counted.
  mutating func forget(_ batch: Batch, _ reason: Client.DropReason) {
    closedBytes -= batch.bytes
    statistics.drop(batch.points.count, reason)
    events.append(.dropped(batch.points.count, reason))
  }

  /// Closes the open batch.
  mutating func close() {
    let points = pointsTaken - open.points..<pointsTaken
    let batch = Batch(ticket: ticket, body: open.take(), points: points)
    closedBytes += batch.bytes
    unsent.append(batch)
    ticket += 1
  }

  // MARK: Flushing

  /// All points so far go out without waiting for others.
  ///
  /// - Returns: the ticket of the last batch that holds any of them.
  mutating func flush() -> Int {
    if open.points > 0 { urgentTicket = ticket }
    return open.points > 0 ? ticket : ticket - 1
  }

  /// Whether the open batch has waited long enough.
  func isDue(now: Instant) -> Bool {
    guard let openedAt = open.openedAt else { return false }
    return urgentTicket >= ticket || now >= openedAt + options.flushInterval
  }

  /// Whether a stream is needed now, and when one will be if nothing else happens.
  func demand(now: Instant) -> (isNow: Bool, dueAt: Instant?) {
    let isNow = !window.isEmpty || !unsent.isEmpty || isDue(now: now)
    return (isNow, open.openedAt.map { $0 + options.flushInterval })
  }

  /// Points in batches up to a ticket that are not acknowledged. O(batches).
  func missing(through ticket: Int) -> Int {
    var points = self.ticket <= ticket ? open.points : 0
    for case let batch? in window where batch.ticket <= ticket { points += batch.points.count }
    unsent.forEach { if $0.ticket <= ticket { points += $0.points.count } }
    return points
  }

  /// Whether nothing of the batches up to a ticket is kept any more. O(1).
  func isSettled(through ticket: Int) -> Bool {
    (window.first??.ticket ?? unsent.first?.ticket ?? self.ticket) > ticket
  }

  /// No further points are taken.
  mutating func beginClosing() {
    isClosing = true
    _ = flush()
  }

  /// Gives up all that is kept.
  ///
  /// - Returns: points that were sent, and points that never were.
  mutating func abandon() -> (sent: Int, unsent: Int) {
    isClosing = true
    if open.points > 0 { close() }
    var points = (sent: 0, unsent: 0)
    for case let batch? in window {
      points.sent += batch.points.count
      forget(batch, .unacknowledged)
    }
    confirmed += UInt64(window.count)
    window = []
    while let batch = unsent.popFirst() {
      points.unsent += batch.points.count
      forget(batch, .unacknowledged)
    }
    streamEnded()
    return points
  }

  // MARK: The window

  /// What is told since the last time.
  mutating func takeEvents() -> [Client.Event] {
    defer { events.removeAll() }
    return events
  }

  mutating func note(_ event: Client.Event) { events.append(event) }

  /// Takes a batch out of the window, and moves the confirmed mark as far as it goes.
  mutating func settle(_ sequence: UInt64) -> Batch? {
    guard sequence > confirmed, sequence - confirmed <= UInt64(window.count),
      let batch = window[Int(sequence - confirmed) - 1]
    else { return nil }
    window[Int(sequence - confirmed) - 1] = nil
    if sequence == confirmed + 1 {
      let settled = window.prefix { $0 == nil }.count
      window.removeFirst(settled)
      confirmed += UInt64(settled)
      cursor = max(cursor, confirmed + 1)
    }
    return batch
  }

  /// An ack has settled a batch.
  mutating func release(_ batch: Batch) { closedBytes -= batch.bytes }
}
