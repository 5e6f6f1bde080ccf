// SPDX-License-Identifier: Apache-2.0

/// Why a point was not accepted. The raw values are those of `telemetry.RejectReason`.
public enum RejectReason: UInt8, Sendable, Hashable, CaseIterable {
  /// The value is NaN.
  case valueNan = 1
  /// The point has no name.
  case nameEmpty = 2
  /// The name is longer than the node takes.
  case nameTooLong = 3
  /// The name is not UTF-8.
  case nameNotUTF8 = 4
  /// The time lies before the window, or is negative.
  case timeTooOld = 5
  /// The time lies further ahead than the future grace.
  case timeTooNew = 6
  /// The time is ahead, but lies between 2001 and now when read as milliseconds.
  case timeInMilliseconds = 7
  /// The time is ahead, but lies between 2001 and now when read as microseconds.
  case timeInMicroseconds = 8
  /// The time is ahead, but lies between 2001 and now when read as nanoseconds.
  case timeInNanoseconds = 9
  /// The series is new and the node is full.
  case seriesLimit = 10
  /// The owner is away, and as much is kept for it as may be.
  case ownerUnavailable = 11
  /// A label has no name, or its name or value is not UTF-8.
  case labelInvalid = 12
  /// The point has more labels than the node takes, or longer ones.
  case labelsTooLarge = 13
  /// A later copy of the point's batch is under way.
  case superseded = 14
  /// An earlier copy of the point's batch may have counted on a node that cannot be asked.
  case outcomeUnknown = 15
  /// The time has nanoseconds that are not of one second.
  case timeInvalid = 16

  /// What to do about it, for people; names the unit and the limit.
  public func hint(shape: WindowShape, nameBytesMax: Int, seriesMax: Int) -> String {
    switch self {
    case .valueNan:
      "the value is NaN; send a number or leave the point out"
    case .nameEmpty:
      "the point has no name; set `metric`"
    case .nameTooLong:
      "the name is longer than \(nameBytesMax) bytes (name-bytes-max)"
    case .nameNotUTF8:
      "the name is not valid UTF-8"
    case .timeTooOld:
      "the time lies more than the window of \(shape.windowSeconds) s before the node's clock; "
        + "timestamps are Unix seconds"
    case .timeTooNew:
      "the time lies more than \(shape.futureGraceSeconds) s ahead of the node's clock; "
        + "timestamps are Unix seconds, check the sender's clock"
    case .timeInMilliseconds:
      "the time looks like Unix milliseconds; send seconds (divide by 1000)"
    case .timeInMicroseconds:
      "the time looks like Unix microseconds; send seconds (divide by 1000000)"
    case .timeInNanoseconds:
      "the time looks like Unix nanoseconds; send seconds (divide by 1000000000)"
    case .seriesLimit:
      "the series is new and the node already holds \(seriesMax) series (series-max)"
    case .ownerUnavailable:
      "the node that owns the name is away, and this node keeps as much for it as it may "
        + "(hint-bytes-max); send again later"
    case .labelInvalid:
      "a label has no name, or its name or value is not valid UTF-8"
    case .labelsTooLarge:
      "the point has more than \(ShardLimits.labelsMax) labels, or they take more than "
        + "\(ShardLimits.labelBytesMax) bytes"
    case .superseded:
      "a later copy of the batch is under way, and its ack tells what became of the point"
    case .outcomeUnknown:
      "an earlier copy of the batch may have counted the point on a node that no longer owns it "
        + "and cannot be asked; taken again it might count twice"
    case .timeInvalid:
      "the timestamp is not valid: its nanos are not within 0 to 999999999"
    }
  }
}
