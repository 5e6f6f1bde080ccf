// SPDX-License-Identifier: Apache-2.0
internal import Synchronization

/// What a handler knows of its call, and what it says beside its messages. Safe from any task.
public final class ServerContext: Sendable {
  /// As in `/package.Service/Method`.
  public let path: String
  /// The `:authority` that the client asked for.
  public let authority: String
  /// The client's address, as in `127.0.0.1:4711`.
  public let peer: String
  /// What the client sent before its messages.
  public let metadata: Metadata
  /// When the client stops waiting; the call is then ended, and its task cancelled.
  public let deadline: ContinuousClock.Instant?

  /// Encodings that the client reads.
  let acceptedEncodings: AcceptedEncodings
  private let state: Mutex<State>

  private struct State {
    var initialMetadata = Metadata()
    var trailers = Metadata()
    var responseEncoding: Encoding
    var ending: RPCStatus?
  }

  init(_ head: RequestHead, peer: String, deadline: ContinuousClock.Instant?, encoding: Encoding) {
    path = head.path
    authority = head.authority
    metadata = head.metadata
    acceptedEncodings = head.acceptedEncodings
    self.peer = peer
    self.deadline = deadline
    state = Mutex(State(responseEncoding: encoding))
  }

  /// Goes out before the first message; set afterwards, it goes nowhere.
  public var initialMetadata: Metadata {
    get { state.withLock { $0.initialMetadata } }
    set { state.withLock { $0.initialMetadata = newValue } }
  }

  /// Goes out after the last message, with the status.
  public var trailers: Metadata {
    get { state.withLock { $0.trailers } }
    set { state.withLock { $0.trailers = newValue } }
  }

  /// How messages of the answer are compressed, if the client reads that; to be set before the
  /// first.
  public var responseEncoding: Encoding {
    get { state.withLock { $0.responseEncoding } }
    set { state.withLock { $0.responseEncoding = newValue } }
  }

  /// The client has gone, the deadline has passed, or the server is going down.
  public var isCancelled: Bool { ending != nil }

  /// How the call ended before its handler did; nil when it has not.
  public var ending: RPCStatus? { state.withLock { $0.ending } }

  func cancel(_ status: RPCStatus) { state.withLock { $0.ending = $0.ending ?? status } }
}
