// SPDX-License-Identifier: Apache-2.0

/// How long marks are kept, and how many.
extension BatchMarks {
  /// Puts a changed mark back, as small as it can be.
  mutating func keep(_ mark: Mark, _ client: ClientID, _ sequence: UInt64, _ now: Int64) {
    var mark = mark
    guard mark.copiesOpen == 0 else {
      clients[client]!.marks[sequence] = mark
      return
    }
    if mark.claimed.count == mark.claimed.rows {
      clients[client]!.whole.insert(sequence)
      clients[client]!.whole.keep(RouterLimits.batchRangesMax)
      return
    }
    if mark.claimed.isEmpty, mark.fence == nil, mark.queued == 0 { return }
    let sets = mark.fence == nil ? 1 : 2
    if mark.queued < sets {
      let size = RouterLimits.batchMarkBytes + (sets - mark.queued) * mark.claimed.words.count * 8
      mark.queued = sets
      bytes += size
      partials.append(Partial(client: client, sequence: sequence, at: now, bytes: size))
    }
    clients[client]!.marks[sequence] = mark
  }

  mutating func forget(_ client: ClientID, _ sequence: UInt64) {
    clients[client]!.marks[sequence] = nil
    clients[client]!.forgotten.insert(sequence)
    clients[client]!.forgotten.keep(RouterLimits.batchRangesMax)
  }

  /// Forgets what is too old, and the oldest of what is too much.
  mutating func trim(_ now: Int64) {
    while let oldest = partials.first, bytes > bytesMax || now - oldest.at > keepSeconds {
      _ = partials.popFirst()
      bytes -= oldest.bytes
      guard let mark = clients[oldest.client]?.marks[oldest.sequence], mark.queued > 0 else {
        continue
      }
      if mark.copiesOpen == 0 {
        forget(oldest.client, oldest.sequence)
      } else {
        clients[oldest.client]!.marks[oldest.sequence]!.queued = 0
      }
    }
  }

  /// Makes room for a client that is new. O(clients) now and then.
  mutating func know(_ client: ClientID, _ now: Int64, clientsMax: Int) -> Bool {
    if clients[client] == nil {
      forgetIdle(now)
      guard clients.count < clientsMax else { return false }
      clients[client] = Client()
    }
    clients[client]!.usedAt = now
    return true
  }

  private mutating func forgetIdle(_ now: Int64) {
    guard sweptAt == Int64.min || now < sweptAt || now - sweptAt >= keepSeconds / 16 + 1 else {
      return
    }
    sweptAt = now
    clients = clients.filter { _, client in
      now - client.usedAt <= keepSeconds || client.marks.values.contains { $0.copiesOpen > 0 }
    }
  }
}
