// SPDX-License-Identifier: Apache-2.0
internal import Proto
internal import Protobuf

/// What goes onto a stream and comes back from it.
extension BatchQueue {
  enum Next: Equatable {
    /// This message is to be sent.
    case send([UInt8])
    /// Nothing now; maybe then, nil: not before news.
    case wait(until: Instant?)
    /// Closing, and everything is acknowledged.
    case finished
  }

  /// What goes on the stream next. O(bytes of the batch).
  mutating func next(now: Instant) -> Next {
    if confirmed < suspectThrough && outstanding > 0 { return .wait(until: nil) }
    if let again = nextResent(now: now) { return .send(again) }
    if isClosing && isEmpty { return .finished }
    guard window.count < options.batchesInFlightMax else { return .wait(until: nil) }
    if unsent.isEmpty {
      guard let openedAt = open.openedAt else { return .wait(until: nil) }
      guard isDue(now: now) else { return .wait(until: openedAt + options.flushInterval) }
      close()
    }
    guard let batch = unsent.popFirst() else { return .wait(until: nil) }
    window.append(batch)
    statistics.batchesSent += 1
    return .send(put(now: now))
  }

  /// The next batch that an earlier stream had, and that is not acknowledged.
  private mutating func nextResent(now: Instant) -> [UInt8]? {
    while cursor - confirmed <= UInt64(window.count) {
      if window[Int(cursor - confirmed) - 1] != nil {
        statistics.batchesResent += 1
        return put(now: now)
      }
      cursor += 1
    }
    return nil
  }

  /// The message of the batch at the cursor.
  private mutating func put(now: Instant) -> [UInt8] {
    guard var batch = window[Int(cursor - confirmed) - 1] else {
      preconditionFailure("a batch that is not there is sent")
    }
    batch.grow(now: now)
    window[Int(cursor - confirmed) - 1] = batch
    let head = PointBatch.with {
      $0.ageMilliseconds = batch.age
      $0.client = name
      $0.sequence = cursor
      $0.confirmed = confirmed
    }
    if outstanding == 0 { outstandingSince = now }
    outstanding += 1
    cursor += 1
    // Protobuf: messages joined end to end are merged.
    return head.encoded() + batch.body
  }

  /// A node has said what became of a batch.
  ///
  /// - Returns: false when no such batch is awaited on this stream: the node is confused.
  mutating func acknowledged(_ ack: BatchAck, now: Instant) -> Bool {
    guard ack.sequence < cursor, let batch = settle(ack.sequence) else { return false }
    release(batch)
    outstanding -= 1
    outstandingSince = outstanding > 0 ? now : nil
    count(ack, batch.points)
    return true
  }

  /// What the ack says of rejected points counts, the rest is accepted.
  private mutating func count(_ ack: BatchAck, _ points: Range<Int>) {
    var left = points.count
    var rejections: [Client.Rejection] = []
    for rejection in ack.rejections {
      let count = min(max(0, Int(clamping: rejection.count)), left)
      left -= count
      guard count > 0 else { continue }
      let index = min(max(0, Int(clamping: rejection.firstIndex)), points.count - 1)
      rejections.append(
        Client.Rejection(
          reason: rejection.reason.word, count: count, firstIndex: points.lowerBound + index,
          hint: rejection.hint))
    }
    for rejection in rejections { statistics.add(rejection) }
    if !rejections.isEmpty { note(.rejected(rejections)) }
    let hinted = min(max(0, Int(clamping: ack.pointsHinted)), left)
    statistics.waiting -= points.count
    statistics.acknowledged += left
    statistics.hinted += hinted
    statistics.repeated += min(max(0, Int(clamping: ack.pointsRepeated)), left)
    if hinted > 0 { note(.hinted(hinted)) }
  }

  /// Whether the node has acknowledged nothing for too long.
  func isStalled(now: Instant) -> Bool {
    outstandingSince.map { now >= $0 + options.ackTimeout } ?? false
  }

  /// The stream is over: what is not acknowledged goes on the next.
  mutating func streamEnded() {
    cursor = confirmed + 1
    outstanding = 0
    outstandingSince = nil
  }

  enum OnRefusal: Equatable {
    /// There was nothing on the stream that could have been malformed.
    case unexplained
    /// It was one of several: they go one at a time now.
    case suspected
    /// It was this one, with so many points, which is given up.
    case gaveUp(points: Int)
  }

  /// The stream is over because a node called a batch malformed. It does not say which, so the
  /// batches that may be meant are sent again one at a time, and the one that ends its stream alone
  /// is given up.
  mutating func streamRefused() -> OnRefusal {
    defer { streamEnded() }
    guard outstanding > 0 else { return .unexplained }
    guard outstanding == 1 else {
      suspectThrough = cursor - 1
      return .suspected
    }
    let sent = window.prefix(Int(cursor - 1 - confirmed))
    guard let place = sent.firstIndex(where: { $0 != nil }),
      let batch = settle(confirmed + UInt64(place) + 1)
    else { return .unexplained }
    forget(batch, .refused)
    return .gaveUp(points: batch.points.count)
  }
}

extension BatchQueue.Batch {
  /// It is sent, perhaps again: each copy is older than the one before.
  fileprivate mutating func grow(now: BatchQueue.Instant) {
    guard let sentAt else {
      sentAt = now
      return
    }
    let elapsed = UInt32(clamping: Int64((now - sentAt) / .milliseconds(1)))
    age = max(age == .max ? .max : age + 1, elapsed)
  }
}
