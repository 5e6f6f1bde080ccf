// SPDX-License-Identifier: Apache-2.0

/// A frame that has its number: sent at least once, kept until it is acked.
struct InFlightFrame {
  /// What is sent, again if need be.
  enum Content {
    case columns(FrameColumns)
    case hint(Hint)
  }

  let sequence: UInt64
  let content: Content
  var portions: [FramePortion]
  let newestTime: Int64
  /// Length of the body as last sent, at least 1 a row.
  var bodyBytes = 0

  init(sequence: UInt64, _ frame: ColumnFrame) {
    self.sequence = sequence
    content = .columns(frame.columns)
    portions = frame.portions
    newestTime = frame.newestTime
  }

  init(sequence: UInt64, _ hint: Hint) {
    self.sequence = sequence
    content = .hint(hint)
    portions = [FramePortion(ticket: nil, first: 0, count: hint.rows)]
    newestTime = hint.newestTime
  }

  var rows: Int {
    switch content {
    case .columns(let columns): columns.count
    case .hint(let hint): hint.rows
    }
  }
}
