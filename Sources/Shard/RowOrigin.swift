// SPDX-License-Identifier: Apache-2.0

/// Which copy of which of a client's batches rows came in: with the row's place in the batch it
/// names a point for the whole cluster, so that no node takes it twice.
public struct RowOrigin: Sendable, Hashable {
  /// The client's name, 1 to 64 bytes.
  public let client: [UInt8]
  /// The client's number of the batch, from 1.
  public let sequence: UInt64
  /// The client has the acks of all batches up to this one.
  public let confirmed: UInt64
  /// Milliseconds since the batch was sent first: 0 in its first copy, and more in later ones.
  public let age: UInt32
  /// Points of the whole batch.
  public let points: Int

  /// As given.
  public init(
    client: [UInt8], sequence: UInt64, confirmed: UInt64, age: UInt32 = 0, points: Int
  ) {
    self.client = client
    self.sequence = sequence
    self.confirmed = confirmed
    self.age = age
    self.points = points
  }
}

/// Rows one behind the other that came in one batch.
public struct OriginRun: Sendable, Hashable {
  /// The batch.
  public let origin: RowOrigin
  /// Of the columns.
  public let rows: Range<Int>
  /// A row's place in its batch is its ordinal less this.
  public let firstOrdinal: UInt32
}

extension PointColumns {
  /// Rows appended from now on came in this batch, until ``endOrigin()``. O(1).
  public func beginOrigin(_ origin: RowOrigin, firstOrdinal: UInt32) {
    endOrigin()
    originOpen = (origin, count, firstOrdinal)
  }

  /// Rows appended from now on came in no batch that may come again. O(1).
  public func endOrigin() {
    guard let (origin, first, firstOrdinal) = originOpen else { return }
    originOpen = nil
    guard count > first else { return }
    originRuns.append(OriginRun(origin: origin, rows: first..<count, firstOrdinal: firstOrdinal))
  }
}
