// SPDX-License-Identifier: Apache-2.0
import Proto
import RPC
import Router
import Shard

/// Which series are asked for, as clients and peers send it.
struct SeriesFilter: Sendable {
  /// Most selectors of a question: each is tried for every series.
  static let selectorsMax = 64

  var names: [String]
  var prefixes: [String]
  var globs: [String]
  var selectors: [String]

  /// The filter, compiled.
  ///
  /// - Throws: INVALID_ARGUMENT for a pattern or a selector that is none, with its place.
  func compiled() throws(RPCError) -> CompiledFilter {
    guard selectors.count <= Self.selectorsMax else {
      throw .invalid("selectors: \(selectors.count) of them, more than \(Self.selectorsMax)")
    }
    var patterns: [RegularExpression] = []
    var conditions: [[LabelCondition]] = []
    for text in selectors {
      do {
        conditions.append(try Selector(parsing: text).conditions(&patterns))
      } catch {
        throw .invalid("selectors: \(text): \(error)")
      }
    }
    do {
      return CompiledFilter(
        selection: try SeriesSelection(
          names: names, prefixes: prefixes, globs: globs, selectors: conditions,
          hash: SeriesKey.hash),
        patterns: patterns)
    } catch {
      throw .invalid("globs: \(error)")
    }
  }
}

/// A ``SeriesFilter`` in use by one question.
struct CompiledFilter: Sendable {
  let selection: SeriesSelection
  fileprivate let patterns: [RegularExpression]

  /// To be asked when the shards have answered.
  ///
  /// - Throws: INVALID_ARGUMENT when a pattern took too long, so that what it chooses is not known.
  func requireMatched() throws(RPCError) {
    guard let pattern = patterns.first(where: \.hasGivenUp) else { return }
    throw .invalid(
      "selectors: the pattern \(pattern.text) back-tracks too much; make its repetitions plainer")
  }
}

extension RPCError {
  /// INVALID_ARGUMENT.
  static func invalid(_ text: String) -> RPCError { RPCError(.invalidArgument, text) }
}
