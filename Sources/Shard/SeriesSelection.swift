// SPDX-License-Identifier: Apache-2.0

/// Which series a question is about, compiled once and matched against many keys.
///
/// A series is chosen when any of names, prefixes, globs and selectors chooses it, or when none is
/// given. Names, prefixes and globs are of the metric's name, whatever the labels.
public struct SeriesSelection: Sendable {
  /// An exact name and its hash.
  struct ExactName: Sendable {
    /// Padded with zeros to whole words, as names are kept.
    let words: [UInt64]
    let length: Int
    let hash: UInt64
  }

  /// What one of a series' labels, or its name, is tested for.
  enum Test: Sendable {
    case label(LabelCondition)
    case glob(Glob)
  }

  /// A series is chosen when all tests of any of these hold; empty: everything is chosen.
  let alternatives: [[Test]]
  /// The names that chosen series can have; nil: there is no such list.
  let nameHashes: NameHashes?
  /// The labels that chosen series have; nil: there are none that all must have one of.
  let labelMarks: LabelMarksFilter?
  /// The names that alone choose, where nothing else does; of series without labels each is a
  /// look-up.
  let namesOnly: [ExactName]

  /// All series.
  public static let everything = SeriesSelection(
    alternatives: [], nameHashes: nil, namesOnly: [])

  private init(alternatives: [[Test]], nameHashes: NameHashes?, namesOnly: [ExactName]) {
    self.alternatives = alternatives
    labelMarks = LabelMarksFilter(alternatives)
    self.nameHashes = nameHashes
    self.namesOnly = namesOnly
  }

  /// Compiles a selection.
  ///
  /// - Parameters:
  ///   - selectors: of each all conditions must hold; one without conditions chooses everything.
  ///   - hash: the hash that the points' names were given: `SeriesKey.hash`.
  /// - Throws: ``GlobError`` for a malformed pattern.
  public init(
    names: [String], prefixes: [String], globs: [String], selectors: [[LabelCondition]] = [],
    hash: (RawSpan, Range<Int>) -> UInt64
  ) throws(GlobError) {
    // By bytes: texts that only look the same are different names.
    var seen = Set<[UInt8]>()
    let distinct = names.filter { seen.insert(Array($0.utf8)).inserted }
    var alternatives: [[Test]] = []
    if !distinct.isEmpty {
      let sorted = distinct.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
      alternatives.append([.label(LabelCondition(label: nil, .oneOf(sorted)))])
    }
    alternatives += prefixes.map { [.label(LabelCondition(label: nil, .beginsWith($0)))] }
    for pattern in globs { alternatives.append([.glob(try Glob(pattern))]) }
    alternatives += selectors.map { conditions in
      conditions.sorted { $0.cost < $1.cost }.map { .label($0) }
    }
    let lists = alternatives.map(Self.names)
    let isListed = !lists.isEmpty && lists.allSatisfy { $0 != nil }
    self.init(
      alternatives: alternatives,
      nameHashes: isListed
        ? NameHashes(lists.flatMap { ($0 ?? []).map { ExactName($0, hash).hash } }) : nil,
      namesOnly: alternatives.count == 1 ? distinct.map { ExactName($0, hash) } : [])
  }

  /// No keys need to be looked at: every series is chosen.
  var isEverything: Bool { alternatives.isEmpty || alternatives.contains(where: \.isEmpty) }

  /// What one scan asks. O(size of the question).
  func makeMatcher() -> SelectionMatcher { SelectionMatcher(alternatives) }

  /// The names that series can have for which all tests hold; nil: there is no such list.
  private static func names(_ tests: [Test]) -> [String]? {
    for case .label(let condition) in tests {
      if let names = condition.names { return names }
    }
    return nil
  }
}

extension SeriesSelection.ExactName {
  fileprivate init(_ name: String, _ hash: (RawSpan, Range<Int>) -> UInt64) {
    let bytes = Array(name.utf8)
    var words = [UInt64](repeating: 0, count: (bytes.count + 7) / 8)
    for (index, byte) in bytes.enumerated() {
      words[index / 8] |= UInt64(byte) << UInt64(8 * (index % 8))
    }
    self.words = words.map(\.littleEndian)
    length = bytes.count
    self.hash = unsafe hash(bytes.span.bytes, 0..<bytes.count)
  }
}
