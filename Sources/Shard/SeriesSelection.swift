// SPDX-License-Identifier: Apache-2.0

/// Which series a question is about, compiled once and matched against many names.
///
/// A series is chosen when any of names, prefixes and globs chooses it, or when none is given.
public struct SeriesSelection: Sendable {
  /// An exact name and its hash.
  struct ExactName: Sendable {
    /// Padded with zeros to whole words, as names are kept.
    let words: [UInt64]
    let length: Int
    let hash: UInt64
  }

  let names: [ExactName]
  private let prefixes: [[UInt8]]
  private let globs: [Glob]
  /// Hashes of the names that patterns can choose, if they are known: a scan then looks at no other
  /// series. Nil: any name.
  var nameHashes: [UInt64]?

  /// All series.
  public static let everything = SeriesSelection(names: [], prefixes: [], globs: [])

  private init(names: [ExactName], prefixes: [[UInt8]], globs: [Glob]) {
    self.names = names
    self.prefixes = prefixes
    self.globs = globs
  }

  /// Compiles a selection.
  ///
  /// - Parameter hash: the hash that the points' names were given: `FNV.hash`.
  /// - Throws: ``GlobError`` for a malformed pattern.
  public init(
    names: [String], prefixes: [String], globs: [String], hash: (RawSpan, Range<Int>) -> UInt64
  ) throws(GlobError) {
    // By bytes: texts that only look the same are different names.
    var seen = Set<[UInt8]>()
    var compiled: [Glob] = []
    for pattern in globs { compiled.append(try Glob(pattern)) }
    self.init(
      names: names.filter { seen.insert(Array($0.utf8)).inserted }.map { ExactName($0, hash) },
      prefixes: prefixes.map { Array($0.utf8) }, globs: compiled)
  }

  /// No names need to be looked at: every series is chosen.
  var isEverything: Bool { names.isEmpty && prefixes.isEmpty && globs.isEmpty }

  /// Names alone choose: each is a look-up, and nothing is scanned.
  var isNamesOnly: Bool { !names.isEmpty && prefixes.isEmpty && globs.isEmpty }

  /// Whether a pattern chooses a name. O(patterns x name).
  func matchesPattern(_ name: UnsafeRawBufferPointer) -> Bool {
    prefixes.contains { unsafe name.starts(with: $0) }
      || globs.contains { unsafe $0.matches(name) }
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
