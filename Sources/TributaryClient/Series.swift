// SPDX-License-Identifier: Apache-2.0
internal import Proto
internal import Protobuf

extension TributaryClient {
  /// What the values of a series are; it chooses how they are shown.
  public enum Kind: Sendable, Hashable, CaseIterable {
    case unspecified
    /// The state of something: the last value tells most.
    case gauge
    /// Increments since the point before: their rate tells most.
    case counter
    /// Samples of a distribution: their quantiles tell most.
    case histogram

    var wire: MetricKind {
      switch self {
      case .unspecified: .unspecified
      case .gauge: .gauge
      case .counter: .counter
      case .histogram: .histogram
      }
    }
  }

  /// A metric's name with its labels. Keeping one and recording into it is cheaper than giving name
  /// and labels with every point: it is hashed once.
  public struct Series: Sendable, Hashable {
    /// Name of the metric, 1 to 1024 bytes unless the node was told otherwise.
    public let metric: String
    /// A label with an empty value is the same as none.
    public let labels: [String: String]
    /// A part of what names the series here; nodes take the largest of a name and its labels.
    public let kind: Kind
    /// Of the bytes of all of the above: texts that only look the same are different names.
    private let hash: Int
    /// Bytes that it takes in a batch.
    let encodedBytes: Int

    /// Names a series. O(bytes). Whether the names are acceptable is the node's business.
    public init(_ metric: String, labels: [String: String] = [:], kind: Kind = .unspecified) {
      self.metric = metric
      self.labels = labels
      self.kind = kind
      hash = Self.hash(metric, labels, kind)
      encodedBytes = Self.message(metric, labels, kind).encodedSize
    }

    /// O(1).
    public func hash(into hasher: inout Hasher) { hasher.combine(hash) }

    private static func hash(_ metric: String, _ labels: [String: String], _ kind: Kind) -> Int {
      var hasher = Hasher()
      hasher.combine(bytes: metric)
      hasher.combine(kind)
      // In any order, as a dictionary has it.
      hasher.combine(
        labels.reduce(0) { sum, label in
          var hasher = Hasher()
          hasher.combine(bytes: label.key)
          hasher.combine(bytes: label.value)
          return sum &+ hasher.finalize()
        })
      return hasher.finalize()
    }

    /// O(bytes), unless both are copies of one.
    public static func == (left: Series, right: Series) -> Bool {
      // The strings are equal when they look the same; then their bytes are when the hashes are.
      left.hash == right.hash && left.metric == right.metric && left.kind == right.kind
        && left.labels == right.labels
    }

    var message: BatchSeries { Self.message(metric, labels, kind) }

    private static func message(_ metric: String, _ labels: [String: String], _ kind: Kind)
      -> BatchSeries
    {
      BatchSeries.with {
        $0.metric = metric
        $0.labels = labels
        $0.kind = kind.wire
      }
    }
  }
}

extension Hasher {
  fileprivate mutating func combine(bytes text: String) {
    var text = text
    text.withUTF8 { unsafe combine(bytes: UnsafeRawBufferPointer($0)) }
    combine(UInt8.max)
  }
}
