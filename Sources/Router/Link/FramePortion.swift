// SPDX-License-Identifier: Apache-2.0

/// One batch within a frame.
struct FramePortion: Hashable {
  /// Whom to tell; nil: nobody, or they were told that it is hinted.
  var ticket: LinkTicket?
  /// Its first row within the frame.
  let first: Int
  /// Its rows.
  let count: Int

  var rows: Range<Int> { first..<first + count }
}

extension [FramePortion] {
  /// Hands out those that have a ticket; there are none then.
  mutating func takeTickets() -> [FramePortion] {
    let unsettled = filter { $0.ticket != nil }
    if !unsettled.isEmpty {
      for index in indices { self[index].ticket = nil }
    }
    return unsettled
  }

  /// Points of batches that are not settled.
  var unsettledPoints: Int { reduce(0) { $0 + ($1.ticket == nil ? 0 : $1.count) } }

  /// Points of batches that are settled, or were nobody's.
  var settledPoints: Int { reduce(0) { $0 + ($1.ticket == nil ? $1.count : 0) } }
}
