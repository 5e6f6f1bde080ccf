// SPDX-License-Identifier: Apache-2.0
// Fuzz target: a whole server connection, from bytes to handlers and back, without a socket. Any
// bytes after a good preface must neither crash it nor leave a call, a waiting byte or a handler
// behind once the peer is gone. The first byte of an input chooses how the rest is cut into reads,
// and whether an interceptor stands before the calls. Built and run by dev/fuzz-rpc.
import Foundation

/// A stream whose peer is the input, and whose socket is full every fourth time.
final class MemoryStream: ByteStream {
  weak var delegate: (any ByteStreamDelegate)?
  let peer = "fuzz:1"
  private var writes = 0
  private var isClosed = false

  func write(_ bytes: UnsafeRawBufferPointer) -> Bool {
    writes += 1
    return isClosed || writes % 4 != 0
  }

  func close() {
    isClosed = true
    delegate = nil
  }

  func receive(_ bytes: ArraySlice<UInt8>) {
    bytes.withUnsafeBytes { delegate?.streamReceived($0) }
  }
}

/// Sums what it is sent, and keeps every other run's credit until it goes.
final class SummingSink: BulkSink {
  private let call: BulkCall
  private var sum = 0
  private var runs = 0

  init(_ call: BulkCall) { self.call = call }

  func received(_ run: RawSpan, range: Range<Int>, windowBytes: Int) {
    var frames = MessageFrames(range)
    while let body = frames.next(in: run) { sum += body.count }
    runs += 1
    if runs % 2 == 0 { call.returnCredit(windowBytes) }
    if sum == 7 { call.finish(RPCStatus(.outOfRange, "seven")) }
  }

  func receivedEnd() { call.finish(.ok, message: Array("\(sum)".utf8)) }
  func failed(_ status: RPCStatus) -> RPCStatus { status }
}

struct PassThrough: ServerInterceptor {
  func intercept(_ context: ServerContext, proceed: () async throws -> Void) async throws {
    await Task.yield()
    try await proceed()
  }
}

let service = Service(
  name: "f.E",
  methods: [
    "U": .unary { message, context in
      context.initialMetadata = context.metadata
      return message.bytes
    },
    "S": .streaming { messages, writer, _ in
      for try await message in messages { try await writer.write(message.bytes) }
    },
    "B": .bulk { SummingSink($0) },
  ])

let group = EventLoopGroup(loops: 1)

let cores = [false, true].map { isIntercepted in
  var options = ServerOptions()
  options.handlersRunOnLoops = true
  options.messageBytesMax = 64 << 10
  return ServerCore([service], options, isIntercepted ? [PassThrough()] : []) { _ in }
}

/// The connection of one input. Confined to the loop.
final class Session: @unchecked Sendable {
  private let stream = MemoryStream()
  private let connection: ServerConnection
  private var closed = 0

  init(_ core: ServerCore) {
    let counter = Counter()
    connection = ServerConnection(core, group.loops[0], handlers: nil, stream) { _ in
      counter.value += 1
    }
    self.counter = counter
    connection.assumeIsolated { $0.start() }
    stream.receive(Array("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".utf8)[...])
  }

  private final class Counter: @unchecked Sendable { var value = 0 }
  private let counter: Counter

  func receive(_ bytes: ArraySlice<UInt8>) {
    stream.receive(bytes)
    connection.assumeIsolated { $0.link.turnEnded() }
    stream.delegate?.streamWritable()
  }

  func end() {
    stream.delegate?.streamEnded(nil)
    precondition(counter.value == 1, "closed \(counter.value) times")
    connection.assumeIsolated {
      precondition($0.calls.isEmpty, "calls are left")
      precondition($0.link.unsent.bytes == 0, "bytes are left")
    }
  }
}

/// Opens a connection, lets it read the input, and ends it.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzSession(_ data: UnsafePointer<UInt8>, _ count: Int) -> Int32 {
  guard count > 0 else { return 0 }
  let bytes = Array(UnsafeBufferPointer(start: data, count: count))
  let step = 1 + 16 * Int(bytes[0] & 127)
  let loop = group.loops[0]
  let done = DispatchSemaphore(value: 0)
  loop.execute {
    let session = Session(cores[Int(bytes[0] >> 7)])
    feed(session, bytes[1...], step) {
      session.end()
      // Handlers that were told to end do so behind this.
      loop.execute { loop.execute { done.signal() } }
    }
  }
  done.wait()
  return 0
}

/// One read a job, so that handlers run in between.
@Sendable func feed(
  _ session: Session, _ rest: ArraySlice<UInt8>, _ step: Int, then: @escaping @Sendable () -> Void
) {
  guard !rest.isEmpty else { return then() }
  session.receive(rest.prefix(step))
  group.loops[0].execute { feed(session, rest.dropFirst(step), step, then: then) }
}
