// SPDX-License-Identifier: Apache-2.0

extension Histogram {
  /// The buckets of one sign, from the first that holds values to the last.
  public struct Buckets: Sendable, Hashable {
    /// The bucket that the first count is of; 0 when there are none.
    public private(set) var start: Int32 = 0
    /// Values in each bucket. Neither the first nor the last is 0.
    public private(set) var counts: [Int64] = []

    /// No values.
    public init() {}

    /// Buckets as given, without the empty ones at both ends. O(buckets).
    ///
    /// - Precondition: no count is negative.
    public init(start: Int32, counts: some Collection<Int64>) {
      precondition(counts.allSatisfy { $0 >= 0 }, "negative count")
      let beginning = counts.prefix { $0 == 0 }.count
      guard beginning < counts.count else { return }
      self.start = start + Int32(beginning)
      self.counts = Array(counts.dropFirst(beginning))
      while self.counts.last == 0 { self.counts.removeLast() }
    }

    /// There are none.
    public var isEmpty: Bool { counts.isEmpty }

    /// The last bucket that holds values.
    var last: Int32 { start + Int32(counts.count - 1) }

    /// Whether a scale has these buckets.
    func fits(_ scale: Int) -> Bool {
      guard (HistogramScale.coarsest...HistogramScale.finest).contains(scale) else { return false }
      let indices = HistogramScale.indices(scale)
      return isEmpty || (indices.contains(start) && indices.contains(last))
    }

    /// How many scales coarser both must be to lie in as many buckets as are allowed.
    func stepsNeeded(with other: Buckets) -> Int {
      if isEmpty && other.isEmpty { return 0 }
      if isEmpty { return other.stepsNeeded(with: self) }
      if other.isEmpty { return HistogramScale.stepsNeeded(start, last) }
      return HistogramScale.stepsNeeded(min(start, other.start), max(last, other.last))
    }

    mutating func coarsen(by steps: Int) {
      guard steps > 0, !isEmpty else { return }
      let first = start >> Int32(steps)
      var coarser = [Int64](repeating: 0, count: Int((last >> Int32(steps)) - first) + 1)
      for (index, count) in zip(start..., counts) {
        let bucket = Int((index >> Int32(steps)) - first)
        coarser[bucket] = coarser[bucket].addingSaturating(count)
      }
      (start, counts) = (first, coarser)
    }

    /// Adds buckets of the same scale.
    mutating func add(_ other: Buckets) {
      guard !other.isEmpty else { return }
      guard !isEmpty else { return self = other }
      let first = min(start, other.start)
      var sums = [Int64](repeating: 0, count: Int(max(last, other.last) - first) + 1)
      for buckets in [self, other] {
        for (index, count) in zip(buckets.start..., buckets.counts) {
          sums[Int(index - first)] = sums[Int(index - first)].addingSaturating(count)
        }
      }
      (start, counts) = (first, sums)
    }
  }
}
