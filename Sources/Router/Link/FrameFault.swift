// SPDX-License-Identifier: Apache-2.0
internal import Shard

/// What is wrong with a frame that a peer sent. Nothing of such a frame is applied.
public enum FrameFault: Error, Sendable, Hashable {
  /// More than a frame, or a dictionary, may have.
  case tooLarge(Size, count: Int, limit: Int)
  /// The body does not follow the layout.
  case malformed(Mistake, offset: Int)
  /// A row's id has no name.
  case unknownName(id: UInt64, row: Int, names: Int)
  /// A row's value is not a number.
  case valueNaN(row: Int)
  /// A row's time is before 1970 or behind all clocks.
  case timeOutOfRange(row: Int)
  /// The bytes are not those that were sent.
  case badChecksum(stated: UInt32, computed: UInt32)

  /// What there is too much of.
  public enum Size: String, Sendable, Hashable {
    case rows, bodyBytes = "bytes of body", names = "names in the dictionary"
    case nameBytes = "bytes of names in the dictionary"
  }

  /// Where a body leaves the layout.
  public enum Mistake: String, Sendable, Hashable {
    case cutOff = "ends too early"
    case trailingBytes = "has bytes behind its columns"
    case layoutUnknown = "has a layout that is not known here"
    case encodingUnknown = "has a column in an encoding that is not known here"
    case numberTooLong = "has a number that is too long"
    case numberOutOfRange = "has a number that is out of range"
    case nameEmpty = "has an empty name"
    case nameTooLong = "has a name that is too long"
    case nameNotUTF8 = "has a name that is not UTF-8"
    case labelsInvalid = "has labels that are not as a series has them"
    case kindUnknown = "has a kind that is not known here"
    case runsMismatch = "has runs of times that do not make its rows"
    case noRows = "has no rows"
  }
}

extension FrameFault.Mistake {
  init(_ fault: SeriesKeyFault) {
    self =
      switch fault {
      case .nameEmpty: .nameEmpty
      case .nameTooLong: .nameTooLong
      case .nameNotUTF8: .nameNotUTF8
      case .labelsInvalid: .labelsInvalid
      }
  }
}

extension FrameFault: CustomStringConvertible {
  /// One sentence: what is wrong, and where.
  public var description: String {
    switch self {
    case .tooLarge(let size, let count, let limit): "\(count) \(size.rawValue), \(limit) at most"
    case .malformed(let mistake, let offset): "the body \(mistake.rawValue), at byte \(offset)"
    case .unknownName(let id, let row, let names):
      "row \(row) names id \(id) of a dictionary of \(names) names"
    case .valueNaN(let row): "the value of row \(row) is not a number"
    case .timeOutOfRange(let row): "the time of row \(row) is out of range"
    case .badChecksum(let stated, let computed):
      "the checksum is \(String(computed, radix: 16)), not \(String(stated, radix: 16))"
    }
  }
}
