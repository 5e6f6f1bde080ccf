// SPDX-License-Identifier: Apache-2.0

/// One bulk call as its sink sees it. Confined to the connection's loop.
public final class BulkCall {
  /// What the call came with.
  public let context: ServerContext
  /// Where the call lives.
  public let loop: EventLoop
  private let connection: ServerConnection
  private let call: ServerCall

  init(_ connection: ServerConnection, _ call: ServerCall, _ context: ServerContext) {
    self.connection = connection
    self.call = call
    self.context = context
    loop = connection.loop
  }

  // Nobody is left who could return the credit of what the sink was given.
  deinit {
    let (connection, stream) = (connection, call.stream)
    if loop.isCurrent {
      connection.assumeIsolated { $0.returnCredit(stream) }
    } else {
      loop.execute { connection.assumeIsolated { $0.returnCredit(stream) } }
    }
  }

  /// Lets the client send so many bytes more, as soon as it has taken most of what was sent to it:
  /// who reads no answers gets to ask no more. No effect on a call that is over, but its connection
  /// still gets the credit back.
  public func returnCredit(_ bytes: Int) {
    connection.assumeIsolated { [call] in $0.returnCredit(call, bytes) }
  }

  /// Sends a message while more may come from the client. What cannot be sent fails the call. Waits
  /// for nobody: what a client leaves unread is bounded by the credit that it does not get back.
  /// No effect on a call that is over.
  public func send(_ message: [UInt8]) {
    connection.assumeIsolated { [call] in $0.sendBulk(call, message) }
  }

  /// Ends the call, with a message if it succeeded. A second end, or one after
  /// ``BulkSink/failed(_:)``, does nothing.
  public func finish(_ status: RPCStatus, trailers: Metadata = Metadata(), message: [UInt8]? = nil)
  {
    connection.assumeIsolated { [call] in $0.finishBulk(call, status, trailers, message: message) }
  }
}
