// SPDX-License-Identifier: Apache-2.0
import Proto
import Protobuf

/// What rows are ordered by, as the command line says it: a column's name, or a quantile as in
/// `p99` and `p99.9`.
enum RowOrder: Sendable, Hashable {
  case name
  case statistic(Statistic)
  case quantile(Double)

  /// Statistics by their names on the command line.
  static let statistics: [(word: String, statistic: Statistic)] =
    Statistic.namedValues.filter { $0 != .unspecified }.map { statistic in
      let name = statistic.name ?? ""
      return (name.dropFirst("STATISTIC_".count).lowercased(), statistic)
    }

  /// The words that stand for an order, quantiles aside.
  static let words =
    ["name"] + statistics.map(\.word).filter { $0 != "quantiles" }

  init?(_ text: String) {
    if text == "name" {
      self = .name
    } else if let known = Self.statistics.first(where: { $0.word == text }),
      known.statistic != .quantiles
    {
      self = .statistic(known.statistic)
    } else if text.hasPrefix("p"), let percent = Double(text.dropFirst()),
      (0...100).contains(percent)
    {
      self = .quantile(percent / 100)
    } else {
      return nil
    }
  }

  /// The text that reads as this order.
  var text: String {
    switch self {
    case .name: "name"
    case .statistic(let statistic):
      Self.statistics.first { $0.statistic == statistic }?.word ?? "name"
    case .quantile(let quantile): "p" + SummaryText.percent(quantile)
    }
  }
}

extension ValueKind where Value == RowOrder {
  static let rowOrder = ValueKind(
    placeholder: "COLUMN",
    expected: "one of \(RowOrder.words.joined(separator: ", ")), or a quantile such as p99",
    completion: .words(RowOrder.words + ["p50", "p95", "p99"]), parse: { RowOrder($0) },
    show: { $0.text })
}

extension ValueKind where Value == [String] {
  /// Names between commas.
  static let labels = ValueKind(
    placeholder: "LABEL,...", expected: "names of labels between commas, such as host,region",
    parse: { text in
      let names = text.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
      return names.contains("") ? nil : names
    }, show: { $0.joined(separator: ",") })
}

extension ValueKind where Value == [Double] {
  /// Quantiles between commas.
  static let quantiles = ValueKind(
    placeholder: "Q,...",
    expected: "at most \(SummaryQuestion.quantilesMax) numbers from 0 to 1 between commas, such as "
      + "0.5,0.99",
    parse: { text in
      var quantiles: [Double] = []
      for part in text.split(separator: ",", omittingEmptySubsequences: false) {
        guard let quantile = Double(part), (0...1).contains(quantile) else { return nil }
        quantiles.append(quantile)
      }
      return quantiles.count <= SummaryQuestion.quantilesMax ? quantiles : nil
    }, show: { $0.map { "\($0)" }.joined(separator: ",") })
}

extension ValueKind where Value == [Statistic] {
  /// Names of statistics between commas.
  static let statistics = ValueKind(
    placeholder: "NAME,...",
    expected: "some of \(RowOrder.statistics.map(\.word).joined(separator: ", ")) between commas",
    parse: { text in
      var statistics: [Statistic] = []
      for part in text.split(separator: ",", omittingEmptySubsequences: false) {
        guard let known = RowOrder.statistics.first(where: { $0.word == part }) else { return nil }
        statistics.append(known.statistic)
      }
      return statistics
    },
    show: { statistics in
      statistics.map { statistic in
        RowOrder.statistics.first { $0.statistic == statistic }?.word ?? ""
      }.joined(separator: ",")
    })
}

extension ValueKind where Value == TimeText {
  static let time = ValueKind(
    placeholder: "TIME",
    expected: "a time: Unix seconds, 2026-01-31T12:00:00Z, or before now as in -10m",
    parse: { TimeText($0) }, show: { $0.text })
}
