// SPDX-License-Identifier: Apache-2.0
import Proto
import Protobuf
import RPC
import Router
import Shard

/// A `telemetry.SummaryRequest`, checked and compiled.
struct SummaryQuestion {
  var request: ReportRequest
  /// The span that the answer covers.
  var windowSeconds: Int64
  var pageSize: Int?
  var pageToken: PageToken?
  var bytesMax: Int?

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
    request = ReportRequest(selection: try Self.selection(message), windowSeconds: windowSeconds)
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

  private static func selection(_ message: SummaryRequest) throws(RPCError) -> SeriesSelection {
    do {
      return try SeriesSelection(
        names: message.names, prefixes: message.prefixes, globs: message.globs, hash: FNV.hash)
    } catch {
      throw .invalid("globs: \(error)")
    }
  }
}

extension RPCError {
  fileprivate static func invalid(_ text: String) -> RPCError { RPCError(.invalidArgument, text) }
}
