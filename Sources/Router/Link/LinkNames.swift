// SPDX-License-Identifier: Apache-2.0
internal import Shard

/// The dictionary that new frames of a link are written in; a full one is followed by the next.
struct LinkNames {
  private(set) var dictionary: NameDictionary
  private let make: (UInt32) -> NameDictionary

  /// - Parameter make: an empty dictionary of that number; tests make small ones.
  init(make: @escaping (UInt32) -> NameDictionary = { NameDictionary(number: $0) }) {
    self.make = make
    dictionary = make(1)
  }

  /// Puts a batch into the frame; one of a full dictionary, or of an older one, is closed first.
  ///
  /// - Returns: the frame that was closed.
  /// - Precondition: the frame, if there is one, has room for it.
  mutating func put(
    _ batch: PointColumns, ticket: LinkTicket?, into frame: inout ColumnFrame?
  ) -> ColumnFrame? {
    var closed: ColumnFrame?
    for _ in 0..<2 {
      if let full = frame, full.columns.dictionary !== dictionary {
        frame = nil
        if full.rows > 0 { closed = full }
      }
      if frame == nil { frame = ColumnFrame(dictionary) }
      if frame?.take(batch, ticket: ticket) == true { return closed }
      dictionary = make(dictionary.number + 1)
    }
    preconditionFailure("a batch has more names than a dictionary may have")
  }
}
