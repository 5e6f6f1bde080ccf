// SPDX-License-Identifier: Apache-2.0
import Proto
import Protobuf
import Shard
import Testing

@testable import Router

/// What a receiver takes, refuses and acks.
@Suite struct LinkReceiverTests {
  /// A hello of `a@5` to `b`, changed.
  static func greeting(_ change: (inout LinkHello) -> Void = { _ in }) throws -> LinkGreeting {
    var hello = LinkHello()
    hello.cluster = "c"
    hello.sender = Identity.of("a", 5).wire
    hello.receiverId = "b"
    hello.windowSeconds = 60
    hello.resolutionSeconds = 1
    hello.liveFirst = 1
    hello.hintFirst = 1
    change(&hello)
    return try LinkGreeting(LinkMessages.request(.hello(hello)))
  }

  /// A receiver whose stream 1 is live.
  static func receiver(
    _ settings: LinkSettings = .of(.of("b")), _ change: (inout LinkHello) -> Void = { _ in }
  ) throws -> LinkReceiver {
    var receiver = LinkReceiver(settings, from: Identity.of("a").id)
    guard case .welcome = receiver.greeted(try greeting(change), stream: 1) else {
      throw LinkRefusal(.protocolViolation, "not welcome")
    }
    return receiver
  }

  /// A frame of `rows` points, changed before it gets its checksum.
  static func frame(
    _ sequence: UInt64, rows: Int = 2, _ change: (inout LinkFrame) -> Void = { _ in }
  ) -> [UInt8] {
    var columns = ColumnFrame(NameDictionary(number: 1))
    _ = columns.take(.of((0..<rows).map(Double.init), time: 1_700_000_000), ticket: nil)
    var frame = LinkFrame()
    frame.sequence = sequence
    frame.rows = UInt32(rows)
    frame.body = columns.hint().body
    change(&frame)
    return LinkMessages.frame(frame)
  }

  static func refusal(
    _ receiver: inout LinkReceiver, _ message: [UInt8], stream: UInt64 = 1
  ) -> LinkRefusal.Kind? {
    do {
      _ = try receiver.received(message, stream: stream)
      return nil
    } catch { return error.kind }
  }

  static func tag(
    _ receiver: inout LinkReceiver, _ message: [UInt8], stream: UInt64 = 1
  ) throws -> FrameTag {
    guard case .apply(_, let tag) = try receiver.received(message, stream: stream) else {
      throw LinkRefusal(.protocolViolation, "not taken")
    }
    return tag
  }

  @Test("hellos of strangers are refused, each with its name")
  func refusesHellos() throws {
    func kind(_ change: (inout LinkHello) -> Void) throws -> LinkRefusal.Kind? {
      var receiver = LinkReceiver(.of(.of("b")), from: Identity.of("a").id)
      receiver.departed = [.of("a", 3)]
      switch receiver.greeted(try Self.greeting(change), stream: 1) {
      case .welcome: return nil
      case .refuse(let refusal): return refusal.kind
      }
    }
    #expect(try kind { _ in } == nil)
    #expect(try kind { $0.receiverId = "" } == nil)
    #expect(try kind { $0.cluster = "d" } == .wrongCluster)
    #expect(try kind { $0.receiverId = "x" } == .wrongReceiver)
    #expect(try kind { $0.windowSeconds = 61 } == .windowDiffers)
    #expect(try kind { $0.resolutionSeconds = 2 } == .windowDiffers)
    #expect(try kind { $0.sender?.incarnation = 3 } == .departed)
    #expect(try kind { $0.sender?.incarnation = 4 } == nil)
  }

  @Test("what is no hello is malformed")
  func refusesNoHello() {
    func isMalformed(_ message: @autoclosure () throws -> LinkGreeting) -> Bool {
      do {
        _ = try message()
        return false
      } catch { return (error as? LinkRefusal)?.kind == .malformed }
    }
    #expect(isMalformed(try LinkGreeting([1, 2, 3])))
    #expect(isMalformed(try LinkGreeting([])))
    #expect(isMalformed(try LinkGreeting(Self.frame(1))))
    #expect(isMalformed(try Self.greeting { $0.sender = nil }))
    #expect(isMalformed(try Self.greeting { $0.sender?.incarnation = 0 }))
    #expect(isMalformed(try Self.greeting { $0.sender?.id = "a b" }))
    #expect(isMalformed(try Self.greeting { $0.liveFirst = 0 }))
    #expect(isMalformed(try Self.greeting { $0.hintFirst = .max }))
    #expect(isMalformed(try Self.greeting { $0.departed = [Proto.NodeIdentity()] }))
  }

  @Test("an earlier life of the sender is refused, a later one begins anew")
  func ordersLives() throws {
    var receiver = try Self.receiver()
    let old = try Self.tag(&receiver, Self.frame(1))
    let stale = receiver.greeted(try Self.greeting { $0.sender?.incarnation = 4 }, stream: 2)
    guard case .refuse(let refusal) = stale else {
      Issue.record("welcome")
      return
    }
    #expect(refusal.kind == .staleIncarnation)
    let next = receiver.greeted(try Self.greeting { $0.sender?.incarnation = 6 }, stream: 3)
    guard case .welcome(let messages, replaces: 1) = next else {
      Issue.record("not welcome")
      return
    }
    #expect(messages.count == 1)
    #expect(receiver.applied(old, rejections: []) == nil)
    let tag = try Self.tag(&receiver, Self.frame(1), stream: 3)
    let answer = receiver.applied(tag, rejections: [])
    #expect(answer?.stream == 3)
    #expect(ack(answer?.message ?? [])?.applied == 1)
  }

  @Test("a later stream takes the place of an earlier one")
  func supersedes() throws {
    var receiver = try Self.receiver()
    let tag = try Self.tag(&receiver, Self.frame(1))
    guard case .welcome(_, replaces: 1) = receiver.greeted(try Self.greeting(), stream: 2) else {
      Issue.record("not welcome")
      return
    }
    #expect(Self.refusal(&receiver, Self.frame(2), stream: 1) == .superseded)
    receiver.closed(stream: 1)
    #expect(receiver.stream == 2)
    #expect(receiver.applied(tag, rejections: [])?.stream == 2)
  }

  @Test("a refused message ends the stream, and nothing of it counts")
  func endsStream() throws {
    var receiver = try Self.receiver()
    #expect(Self.refusal(&receiver, Self.frame(2)) == .gap)
    #expect(Self.refusal(&receiver, Self.frame(1)) == .superseded)
    #expect(receiver.counters.framesTaken == 0)
    _ = receiver.greeted(try Self.greeting(), stream: 2)
    #expect(Self.refusal(&receiver, Self.frame(1), stream: 2) == nil)
  }

  @Test("frames that are wrong are refused, each with its name")
  func refusesFrames() throws {
    func kind(_ message: [UInt8], _ settings: LinkSettings = .of(.of("b"))) throws
      -> LinkRefusal.Kind?
    {
      var receiver = try Self.receiver(settings)
      return Self.refusal(&receiver, message)
    }
    #expect(try kind(Self.frame(1)) == nil)
    #expect(try kind(Self.frame(0)) == .gap)
    #expect(try kind(Self.frame(2)) == .gap)
    #expect(try kind(Self.frame(1) { $0.lane = LinkLane(rawValue: 7) }) == .malformed)
    #expect(try kind(Self.frame(1) { $0.confirmed = 1 }) == .protocolViolation)
    #expect(try kind(Self.frame(1) { $0.rows = 3 }) == .malformed)
    #expect(try kind(Self.frame(1) { $0.rows = 1 << 20 }) == .tooLarge)
    #expect(try kind(Self.frame(1) { $0.body.removeLast() }) == .malformed)
    #expect(try kind([]) == .malformed)
    #expect(try kind([0xFF]) == .malformed)
    #expect(try kind(LinkMessages.request(.hello(LinkHello()))) == .protocolViolation)
    let long = [UInt8](repeating: 0, count: RouterLimits.frameBodyBytesMax + 1)
    #expect(try kind(Self.frame(1) { $0.body = long }) == .tooLarge)
    var broken = Self.frame(1)
    broken[broken.count - 1] ^= 1
    #expect(try kind(broken) == .checksum)
  }

  @Test("acks are cumulative, however the shards finish")
  func acksInOrder() throws {
    var receiver = try Self.receiver()
    let tags = try (1...3).map { try Self.tag(&receiver, Self.frame($0)) }
    #expect(
      receiver.applied(tags[2], rejections: [RowRejection(row: 1, reason: .timeTooOld)]) == nil)
    #expect(receiver.applied(tags[1], rejections: []) == nil)
    let answer = receiver.applied(tags[0], rejections: [])
    let told = try #require(ack(answer?.message ?? []))
    #expect(told.applied == 3)
    #expect(told.rejections.map(\.sequence) == [3])
    #expect(told.rejections.map(\.rows) == [[1]])
    #expect(told.rejections.map(\.reason) == [5])
    #expect(told.creditBytes == 1 << 20)
  }

  @Test("lanes have numbers of their own")
  func keepsLanesApart() throws {
    var receiver = try Self.receiver()
    _ = try Self.tag(&receiver, Self.frame(1))
    let tag = try Self.tag(&receiver, Self.frame(1) { $0.lane = .hint })
    let answer = receiver.applied(tag, rejections: [])
    let told = try #require(ack(answer?.message ?? []))
    #expect(told.lane == .hint)
    #expect(told.applied == 1)
  }

  @Test("a frame that comes again is acked with its verdict until that is confirmed")
  func repeatsVerdicts() throws {
    var receiver = try Self.receiver()
    let tag = try Self.tag(&receiver, Self.frame(1))
    guard case .nothing = try receiver.received(Self.frame(1), stream: 1) else {
      Issue.record("answered before it is applied")
      return
    }
    _ = receiver.applied(tag, rejections: [RowRejection(row: 0, reason: .seriesLimit)])
    for _ in 1...2 {
      guard case .answer(let answer) = try receiver.received(Self.frame(1), stream: 1) else {
        Issue.record("not answered")
        return
      }
      #expect(ack(answer)?.applied == 1)
      #expect(ack(answer)?.rejections.map(\.rows) == [[0]])
    }
    #expect(receiver.lanes.live.count == 1)
    _ = try receiver.received(Self.frame(2) { $0.confirmed = 1 }, stream: 1)
    #expect(receiver.lanes.live.count == 1)
    #expect(receiver.counters.framesRepeated == 3)
  }

  @Test("a heartbeat is answered with the marks")
  func answersHeartbeats() throws {
    var receiver = try Self.receiver()
    receiver.epoch = 8
    let message = LinkMessages.request(.heartbeat(.with { $0.number = 4 }))
    guard case .answer(let answer) = try receiver.received(message, stream: 1) else {
      Issue.record("not answered")
      return
    }
    #expect(ack(answer)?.heartbeat == 4)
    #expect(ack(answer)?.epoch == 8)
    #expect(ack(answer)?.applied == 0)
  }

  @Test("a receiver without marks begins where the hello says")
  func beginsLate() throws {
    var receiver = try Self.receiver { $0.liveFirst = 10 }
    #expect(Self.refusal(&receiver, Self.frame(10) { $0.confirmed = 9 }) == nil)
  }

  @Test("more frames than may be under way are refused, and so are more bytes")
  func boundsFrames() throws {
    var receiver = try Self.receiver()
    for sequence in 1...UInt64(RouterLimits.linkFramesInFlightMax) {
      #expect(Self.refusal(&receiver, Self.frame(sequence)) == nil)
    }
    let next = UInt64(RouterLimits.linkFramesInFlightMax) + 1
    #expect(Self.refusal(&receiver, Self.frame(next)) == .protocolViolation)
    var small = try Self.receiver(.of(.of("b"), creditBytes: 1))
    var kind: LinkRefusal.Kind?
    var sequence: UInt64 = 0
    while kind == nil {
      sequence += 1
      kind = Self.refusal(&small, Self.frame(sequence, rows: 4096))
    }
    #expect(kind == .protocolViolation)
    #expect(sequence > 2)
  }

  @Test("refusals keep their names on the way")
  func namesRefusals() {
    let names = LinkRefusal.Kind.allCases.map(\.name)
    #expect(Set(names).count == names.count)
    for kind in LinkRefusal.Kind.allCases { #expect(LinkRefusal.Kind(name: kind.name) == kind) }
    #expect(LinkRefusal.Kind(name: "new") == nil)
    #expect("\(LinkRefusal(.gap, "frame 9"))" == "gap: frame 9")
  }
}
