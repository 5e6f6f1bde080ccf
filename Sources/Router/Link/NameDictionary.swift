// SPDX-License-Identifier: Apache-2.0
internal import Shard

/// The names that one sender has numbered for one peer: one generation, which only grows.
///
/// Bounded: when a name does not fit, a dictionary with the next number is begun. Columns of the
/// old one keep it alive, unchanged.
public final class NameDictionary {
  /// The generation, from 1.
  public let number: UInt32
  /// Names so far; ids are 0..<count.
  public private(set) var count = 0

  /// An empty dictionary.
  ///
  /// - Precondition: `number` is not 0: that stands for bodies that bring their own names.
  public init(
    number: UInt32, namesMax: Int = RouterLimits.dictionaryNamesMax,
    nameBytesMax: Int = RouterLimits.dictionaryNameBytesMax
  ) {
    precondition(number > 0, "dictionaries count from 1")
    self.number = number
  }

  /// The id of a name, which gets the next one if it is new; nil when it is and there is no room.
  /// O(name).
  ///
  /// - Parameter hash: `FNV.hash` of the name.
  /// - Precondition: the name has 1 to ``ShardLimits/nameBytesMax`` bytes.
  public func id(hash: UInt64, nameFrom source: RawSpan, range: Range<Int>) -> UInt32? {
    fatalError("not written yet")
  }

  /// How many bytes the name of an id has.
  public func nameLength(_ id: UInt32) -> Int { fatalError("not written yet") }
}
