// SPDX-License-Identifier: Apache-2.0
public import Protobuf

/// Why bytes are no slices that a leaving node hands over.
public enum SliceFault: Error, Hashable, CustomStringConvertible {
  /// They are not the message that they should be.
  case malformed(DecodingError)
  /// The origin's id or incarnation is none, or the attempt is 0.
  case headingInvalid
  /// A part of another origin or attempt than the first.
  case headingDiffers
  /// Columns do not have as many rows as others say.
  case columnsDiffer
  /// A name is no series key: empty, too long or not UTF-8, with labels that no series has.
  case nameInvalid
  /// A slice begins before 1970, beyond all clocks or between two slices of the window, or the
  /// slices of a series do not follow one another.
  case startInvalid(Int64)
  /// Statistics that no values have: negative counts, a minimum above the maximum.
  case statisticsInvalid
  /// More bytes than a part may have.
  case tooLarge(bytes: Int)

  /// The fault in words.
  public var description: String {
    switch self {
    case .malformed(let error): "the part is malformed: \(error)"
    case .headingInvalid: "the part names an origin that is none, or no attempt"
    case .headingDiffers: "the part is of another origin or attempt than the first"
    case .columnsDiffer: "the columns of the part have different lengths"
    case .nameInvalid: "the part has a name that no series has"
    case .startInvalid(let start): "the part has a slice that cannot begin at \(start)"
    case .statisticsInvalid: "the part has statistics that no values have"
    case .tooLarge(let bytes):
      "a part of \(bytes) bytes, more than \(RouterLimits.slicePartBytesMax)"
    }
  }
}
