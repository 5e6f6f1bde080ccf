// SPDX-License-Identifier: Apache-2.0

/// Every bound of this module that is no option.
enum ClientLimits {
  /// Batches beyond the confirmed mark that a node keeps account of, as `PointBatch` says.
  static let batchesInFlightMax = 1024
  /// What a closed batch takes beside its body: client (66), sequence and confirmed (11 each), age
  /// (6).
  static let batchHeadBytes = 66 + 11 + 11 + 6
  /// What an open batch takes beside its rows and series: its head, first time (11), tag and length
  /// of three columns (6 each).
  static let batchOverheadBytes = batchHeadBytes + 11 + 3 * 6
  /// What a series takes in a batch beside its own bytes: tag and length.
  static let seriesOverheadBytes = 6
  /// Points in one batch at most, whatever the options say: in as many bytes as the next bound
  /// allows, no more fit than 95 000.
  static let batchPointsMax = 1 << 16
  /// Bytes of one batch at most, whatever the options say: a quarter of a node's usual receive
  /// limit.
  static let batchBytesMax = 1 << 20
  /// Random bytes that name one life of a client; 32 characters of the 64 that a node takes.
  static let clientNameBytes = 16
  /// Times that are taken as they are, in Unix seconds: up to the end of the year 9999. 0 is not
  /// among them: to a node it means now.
  static let times: ClosedRange<Int64> = 1...253_402_300_799
  /// How often in an ack's timeout it is looked whether it has passed.
  static let stallChecks = 4
  /// How long a node may take to end a stream that has nothing left, when the client is closed.
  static let streamEndMax = Duration.seconds(1)
}
