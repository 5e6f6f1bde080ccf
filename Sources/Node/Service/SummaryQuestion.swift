// SPDX-License-Identifier: Apache-2.0
import Proto
import Protobuf
import RPC
import Router
import Shard

/// A `telemetry.SummaryRequest`, checked and compiled.
struct SummaryQuestion {
  var request: ReportRequest
  /// What `request` is compiled from.
  var filter: SeriesFilter
  /// The span that the answer covers.
  var windowSeconds: Int64
  var pageSize: Int?
  var pageToken: PageToken?
  /// Which quantiles rows have.
  var quantiles: [Double]
  /// What rows are answered with; none: everything.
  var statistics: [Statistic]
  var bytesMax: Int?
  /// Only what the node itself holds.
  var isLocal: Bool
  /// An incomplete answer is an error.
  var isStrict: Bool

  /// Which rows of each part of the answer a page needs; nil: all.
  var cut: SectionCut? { pageSize.map { SectionCut(pageSize: $0, after: pageToken) } }

  /// - Throws: INVALID_ARGUMENT with the field and what is wrong with it.
  init(_ bytes: [UInt8], _ shape: WindowShape) throws(RPCError) {
    let message: SummaryRequest
    do {
      message = try SummaryRequest(decoding: bytes)
    } catch {
      throw .invalid("the request is no telemetry.SummaryRequest: \(error)")
    }
    guard (0...shape.windowSeconds).contains(message.windowSeconds) else {
      throw .invalid(
        "window_seconds is \(message.windowSeconds); it must be 0 to \(shape.windowSeconds), "
          + "the node's window")
    }
    guard message.pageSize >= 0 else { throw .invalid("page_size is negative") }
    guard message.bytesMax >= 0 else { throw .invalid("bytes_max is negative") }
    windowSeconds = message.windowSeconds == 0 ? shape.windowSeconds : message.windowSeconds
    pageSize = message.pageSize == 0 ? nil : Int(message.pageSize)
    bytesMax = message.bytesMax == 0 ? nil : Int(message.bytesMax)
    pageToken = try Self.token(message)
    guard message.quantiles.allSatisfy((0...1).contains) else {
      throw .invalid("quantiles must be within 0 to 1")
    }
    quantiles = message.quantiles.isEmpty ? [0.5, 0.95, 0.99] : message.quantiles
    statistics = message.statistics
    isLocal = message.local
    isStrict = message.strict
    filter = SeriesFilter(
      names: message.names, prefixes: message.prefixes, globs: message.globs)
    request = ReportRequest(selection: try filter.selection(), windowSeconds: windowSeconds)
  }

  private static func token(_ message: SummaryRequest) throws(RPCError) -> PageToken? {
    guard !message.pageToken.isEmpty else { return nil }
    guard message.pageSize > 0 else { throw .invalid("page_token goes with page_size") }
    do {
      return try PageToken(message.pageToken)
    } catch {
      throw .invalid("page_token: \(error)")
    }
  }
}

/// Which series are asked for, as clients and peers send it.
struct SeriesFilter: Sendable {
  var names: [String]
  var prefixes: [String]
  var globs: [String]

  /// The filter, compiled.
  ///
  /// - Throws: INVALID_ARGUMENT for a pattern that is none.
  func selection() throws(RPCError) -> SeriesSelection {
    do {
      return try SeriesSelection(
        names: names, prefixes: prefixes, globs: globs, hash: SeriesKey.hash)
    } catch {
      throw .invalid("globs: \(error)")
    }
  }
}

extension RPCError {
  fileprivate static func invalid(_ text: String) -> RPCError { RPCError(.invalidArgument, text) }
}
