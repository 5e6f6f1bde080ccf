// SPDX-License-Identifier: Apache-2.0
import Proto
import Protobuf
import RPC
import Router
import Shard

// Each reads one field, and says what is wrong with it by throwing INVALID_ARGUMENT.
extension SummaryQuestion {
  /// Most quantiles of a row: each is looked up in its histogram.
  static let quantilesMax = 32
  /// Those of a question that names none.
  static let quantilesDefault = [0.5, 0.95, 0.99]
  /// Most labels to group by: a series has no more.
  static let labelsMax = 64

  static func count(_ value: some BinaryInteger, _ field: String) throws(RPCError) -> Int? {
    guard value >= 0 else { throw .invalid("\(field) is negative") }
    return value == 0 ? nil : Int(clamping: value)
  }

  /// Two questions with the same have the same rows in the same order.
  static func fingerprint(_ message: SummaryRequest) -> UInt64 {
    var asked = message
    (asked.pageToken, asked.pageSize, asked.bytesMax, asked.strict) = ("", 0, 0, false)
    let bytes = asked.encoded()
    return FNV.hash(unsafe bytes.span.bytes, 0..<bytes.count)
  }

  static func token(
    _ message: SummaryRequest, _ fingerprint: UInt64
  ) throws(RPCError) -> PageToken? {
    guard !message.pageToken.isEmpty else { return nil }
    guard message.pageSize > 0 else { throw .invalid("page_token goes with page_size") }
    let token: PageToken
    do {
      token = try PageToken(message.pageToken)
    } catch {
      throw .invalid("page_token: \(error)")
    }
    guard token.fingerprint == fingerprint else {
      throw .invalid("page_token is another question's; begin with an empty one")
    }
    return token
  }

  static func span(
    _ message: SummaryRequest, _ token: PageToken?, _ shape: WindowShape, _ now: Int64
  ) throws(RPCError) -> QuestionSpan {
    do {
      return try QuestionSpan(
        windowSeconds: message.windowSeconds, from: message.from, to: message.to,
        asOf: message.asOf, walkAsOf: token?.asOf, shape: shape, now: now)
    } catch {
      throw .invalid("\(error)")
    }
  }

  static func quantiles(_ message: SummaryRequest) throws(RPCError) -> [Double] {
    guard message.quantiles.count <= quantilesMax else {
      throw .invalid("quantiles: \(message.quantiles.count) of them, more than \(quantilesMax)")
    }
    for quantile in message.quantiles { try check(quantile, "quantiles") }
    return message.quantiles.isEmpty ? quantilesDefault : message.quantiles
  }

  private static func check(_ quantile: Double, _ field: String) throws(RPCError) {
    guard (0...1).contains(quantile) else {
      throw .invalid("\(field): \(quantile) is not within 0 to 1")
    }
  }

  static func statistics(_ message: SummaryRequest) throws(RPCError) -> [Statistic] {
    for statistic in message.statistics { try check(statistic, "statistics") }
    return message.statistics
  }

  private static func check(_ statistic: Statistic, _ field: String) throws(RPCError) {
    guard statistic.name != nil, statistic != .unspecified else {
      throw .invalid("\(field): \(statistic.rawValue) is no telemetry.Statistic of this node")
    }
  }

  static func order(_ message: Ordering) throws(RPCError) -> ReportOrder {
    try check(message.statistic, "order_by.statistic")
    if message.statistic == .quantiles { try check(message.quantile, "order_by.quantile") }
    return ReportOrder(
      by: message.statistic, quantile: message.quantile, isAscending: message.ascending)
  }

  static func grouping(_ message: Grouping) throws(RPCError) -> ReportGrouping {
    guard message.labels.count <= labelsMax else {
      throw .invalid("group_by: \(message.labels.count) labels, more than \(labelsMax)")
    }
    guard !message.labels.contains("") else { throw .invalid("group_by: a label has no name") }
    return ReportGrouping(by: message.labels)
  }
}
