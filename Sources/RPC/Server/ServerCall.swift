// SPDX-License-Identifier: Apache-2.0

/// One request and its answer, from headers to the last frame. Confined to its connection's loop.
final class ServerCall: @unchecked Sendable {
  // Sendable: touched on its connection's loop only; handlers carry it back there.

  /// What happens to the bytes of the request.
  enum Work {
    /// Not gRPC, or refused: bytes are thrown away; once the client has sent all, the answer goes.
    case plain(HTTPRefusal)
    /// Messages are kept until the client has sent all, then the handler runs.
    case unary(@Sendable (ReceivedMessage, ServerContext) async throws -> [UInt8])
    /// The handler runs, and takes messages.
    case streaming
    /// A sink will take runs once interceptors have let the call pass; bytes wait until then.
    case admitting([UInt8])
    /// A sink takes runs.
    case bulk(any BulkSink)
    /// Answered; bytes are thrown away.
    case over
  }

  /// How far the answer is.
  enum Answer {
    case none
    /// Headers are sent; messages may follow.
    case begun
    /// The status is sent, or will never be.
    case ended
  }

  /// How a sink, or what befell it, ended a bulk call.
  struct BulkEnd {
    var status: RPCStatus
    var trailers = Metadata()
  }

  let stream: CallStream
  let context: ServerContext
  var work: Work
  var answer = Answer.none
  var handler: Task<Void, Never>?
  /// Ends the call, or once it is answered, what the client still sends.
  var deadline: LoopTimer?
  private var bulkEnd: BulkEnd?
  private var bulkWaiter: CheckedContinuation<BulkEnd, Never>?

  init(_ stream: CallStream, _ context: ServerContext, _ work: Work) {
    self.stream = stream
    self.context = context
    self.work = work
  }

  /// The handler can still say something.
  var isOpen: Bool {
    if case .ended = answer { false } else { true }
  }

  /// Gives a DATA chunk's messages to the sink, in place.
  ///
  /// - Returns: what is wrong with the stream, if anything.
  func feed(_ sink: any BulkSink, _ chunk: RawSpan, _ range: Range<Int>) -> DeframingError? {
    stream.walk(chunk, range) { run, part, windowBytes in
      if case .bulk = work {
        sink.received(run, range: part, windowBytes: windowBytes)
      } else {
        stream.giveBack(windowBytes)
      }
    }
  }

  // MARK: The end of a bulk call

  /// The sink has ended the call.
  var isBulkOver: Bool { bulkEnd != nil }

  /// Tells the interceptors around a bulk call how it ended; the first end counts.
  func endBulk(_ end: BulkEnd) {
    guard bulkEnd == nil else { return }
    bulkEnd = end
    bulkWaiter?.resume(returning: end)
    bulkWaiter = nil
  }

  /// Waits for a bulk call's end, on behalf of interceptors.
  func bulkEnd(isolation: isolated any Actor) async -> BulkEnd {
    await withCheckedContinuation { waiter in
      if let bulkEnd { return waiter.resume(returning: bulkEnd) }
      bulkWaiter = waiter
    }
  }
}
