// SPDX-License-Identifier: Apache-2.0
import RPC
import Synchronization
import Testing

/// Writes down when it is passed, in which direction.
private final class Recorder: ServerInterceptor {
  let name: String
  let log: Log

  init(_ name: String, _ log: Log) {
    self.name = name
    self.log = log
  }

  func intercept(_ context: ServerContext, proceed: () async throws -> Void) async throws {
    log.add("\(name) in \(context.path)")
    do {
      try await proceed()
      log.add("\(name) out")
    } catch let error as RPCError {
      log.add("\(name) \(error.status.code)")
      throw error
    }
  }
}

private final class Log: Sendable {
  private let lines = Mutex<[String]>([])
  func add(_ line: String) { lines.withLock { $0.append(line) } }
  var all: [String] { lines.withLock { $0 } }
}

/// Holds calls back until told, or refuses them, or changes their failures.
private struct Doorman: ServerInterceptor {
  var before: @Sendable () async throws -> Void = {}
  var failure: @Sendable (RPCError) -> RPCError = { $0 }

  func intercept(_ context: ServerContext, proceed: () async throws -> Void) async throws {
    try await before()
    do { try await proceed() } catch let error as RPCError { throw failure(error) }
  }
}

private struct Namer: ClientInterceptor {
  let name: String

  func intercept(
    _ request: ClientRequest, proceed: @Sendable (ClientRequest) async throws -> ClientCall
  ) async throws -> ClientCall {
    if request.path.hasSuffix("Forbidden") { throw RPCError(.permissionDenied, name) }
    var request = request
    request.options.metadata.append("x-name", name)
    return try await proceed(request)
  }
}

@Suite("Interceptors", .timeLimit(.minutes(5)))
struct InterceptorTests {
  @Test("the first stands outermost, around calls of every kind")
  func order() async throws {
    let log = Log()
    let interceptors = [Recorder("a", log), Recorder("b", log)]
    try await Pair.with(Pair(interceptors: interceptors)) { pair in
      _ = try await pair.channel.unary("/test.Echo/Unary", [])
      #expect(log.all == ["a in /test.Echo/Unary", "b in /test.Echo/Unary", "b out", "a out"])
      _ = await failure { try await pair.channel.unary("/test.Echo/Fail", []) }
      #expect(log.all.suffix(2) == ["b failedPrecondition", "a failedPrecondition"])
      let call = try await pair.channel.open("/test.Echo/Count")
      try await call.send([1])
      try await call.finishSending()
      #expect(await call.status() == .ok)
      #expect(log.all.suffix(2) == ["b out", "a out"])
    }
  }

  @Test("a refusal is what the client gets, and no handler runs", arguments: ["Unary", "Count"])
  func refusal(_ method: String) async throws {
    let doorman = Doorman(before: { throw RPCError(.unauthenticated, "who are you") })
    try await Pair.with(Pair(interceptors: [doorman])) { pair in
      let status = await failure { try await pair.channel.unary("/test.Echo/\(method)", [1]) }
      #expect(status == RPCStatus(.unauthenticated, "who are you"))
    }
  }

  @Test("a bulk call's bytes wait until it is let in, however many and cut anywhere")
  func bulkWaits() async throws {
    let door = Signal<Void>()
    let doorman = Doorman(before: { await door.wait() })
    try await Pair.with(Pair(interceptors: [doorman])) { pair in
      let call = try await pair.channel.open("/test.Echo/Count")
      let run = (0..<1000).flatMap { _ in framed([1, 2, 3]) }
      try await call.send(framed: run + [0, 0, 0])
      door.give()
      try await call.send(framed: [0, 1, 7])
      try await call.finishSending()
      #expect(try await call.next()?.bytes == Array("1001 3001".utf8))
      #expect(await call.status() == .ok)
    }
  }

  @Test("a call that its client gives up while it waits at the door never gets a sink")
  func bulkAbandoned() async throws {
    let made = Atomic(0)
    let (knocked, door, isCancelled) = (Signal<Void>(), Signal<Void>(), Signal<Bool>())
    let doorman = Doorman(before: {
      knocked.give()
      await untilCancelled()
      isCancelled.give(Task.isCancelled)
      await door.wait()
    })
    let counted = service(
      "test.Counted",
      .bulk {
        made.add(1, ordering: .relaxed)
        return CountingSink($0)
      })
    try await Pair.with(Pair(counted, interceptors: [doorman])) { pair in
      let call = try await pair.channel.open("/test.Counted/Do")
      try await call.send([1])
      await knocked.wait()
      call.cancel()
      #expect(await isCancelled.wait())
      door.give()
    }
    #expect(made.load(ordering: .relaxed) == 0)
  }

  @Test("what an interceptor makes of a failure is what the client gets", arguments: [true, false])
  func mapping(isBulk: Bool) async throws {
    let doorman = Doorman(failure: { RPCError(.aborted, "was \($0.status.code)") })
    let failing = service("test.Failing", .bulk { EarlySink($0, RPCStatus(.dataLoss, "lost")) })
    try await Pair.with(Pair(failing, interceptors: [doorman])) { pair in
      let path = isBulk ? "/test.Failing/Do" : "/test.Echo/Fail"
      let status = await failure { try await pair.channel.unary(path, [1]) }
      #expect(status == RPCStatus(.aborted, isBulk ? "was dataLoss" : "was failedPrecondition"))
    }
  }

  @Test(
    "interceptors see the end of a bulk call that its sink ends at once, or whose bytes are bad")
  func bulkEndsAtOnce() async throws {
    let log = Log()
    let early = service("test.Early", .bulk { EarlySink($0, .ok) })
    let pair = try await Pair(early, interceptors: [Recorder("a", log)])
    try await Pair.with(pair) { pair in
      let call = try await pair.channel.open("/test.Early/Do")
      #expect(await call.status() == .ok)
      let bad = try await pair.channel.open("/test.Echo/Count")
      try await bad.send(framed: [9, 9, 9, 9, 9, 9])
      #expect(await bad.status().code == .internal)
      let cut = try await pair.channel.open("/test.Echo/Count")
      try await cut.send(framed: [0, 0])
      try await cut.finishSending()
      #expect(await cut.status().code == .internal)
    }
    #expect(log.all.filter { $0 == "a out" || $0 == "a internal" }.count == 3)
  }

  @Test("a client's interceptors add to a request in order, and can refuse it")
  func client() async throws {
    let interceptors = [Namer(name: "a"), Namer(name: "b")]
    try await Pair.with(Pair(clientInterceptors: interceptors)) { pair in
      let answer = try await pair.channel.unary("/test.Echo/Unary", [])
      #expect(answer.initialMetadata.entries.map(\.value) == [Array("a".utf8), Array("b".utf8)])
      let status = await failure { try await pair.channel.unary("/test.Echo/Forbidden", []) }
      #expect(status == RPCStatus(.permissionDenied, "a"))
    }
  }
}

/// Ends its call before anything has come.
final class EarlySink: BulkSink {
  init(_ call: BulkCall, _ status: RPCStatus) { call.finish(status) }

  func received(_ run: RawSpan, range: Range<Int>, windowBytes: Int) {}
  func receivedEnd() {}
  func failed(_ status: RPCStatus) -> RPCStatus { status }
}
