// SPDX-License-Identifier: Apache-2.0
import RPC

/// What a ``PushSink`` needs of its call. Confined to the call's loop.
protocol PointCall: AnyObject {
  /// Lets the client send so many bytes more.
  func returnCredit(_ bytes: Int)
  /// Ends the call, with a message if it succeeded.
  func finish(_ status: RPCStatus, message: [UInt8]?)
}

/// What a ``BatchSink`` needs of its call. Confined to the call's loop.
protocol BatchCall: PointCall {
  /// Sends a message while more may come.
  func send(_ message: [UInt8])
}

extension BulkCall: BatchCall {
  func finish(_ status: RPCStatus, message: [UInt8]?) {
    finish(status, trailers: Metadata(), message: message)
  }
}
