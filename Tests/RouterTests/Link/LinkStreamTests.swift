// SPDX-License-Identifier: Apache-2.0
import Proto
import Protobuf
import Shard
import Testing

@testable import Router

/// How streams begin, stay, end and are followed by others.
@Suite struct LinkStreamTests {
  @Test("a stream is asked for at once; its hello says who sends what to whom")
  func connects() {
    var scene = LinkScene()
    scene.sender.departed = [.of("z", 9)]
    #expect(scene.sender.state == .waiting)
    #expect(scene.tick() == .connect)
    #expect(scene.sender.state == .connecting)
    #expect(scene.tick() == .nothing)
    let hello = hello(scene.sender.connected(now: scene.now))
    #expect(scene.sender.state == .greeting)
    #expect(hello?.cluster == "c")
    #expect(hello?.sender?.id == "a")
    #expect(hello?.receiverId == "b")
    #expect(hello?.windowSeconds == 60)
    #expect(hello?.liveFirst == 1)
    #expect(hello?.hintFirst == 1)
    #expect(hello?.departed.map(\.id) == ["z"])
    #expect(scene.next() == nil)
  }

  @Test("a welcome tells the receiver's life and whom it knows to have left")
  func welcomes() throws {
    var scene = LinkScene()
    scene.receiver.departed = [.of("z", 9)]
    _ = scene.tick()
    let greeting = try LinkGreeting(scene.sender.connected(now: scene.now))
    guard case .welcome(let answers, nil) = scene.receiver.greeted(greeting, stream: 1) else {
      Issue.record("not welcome")
      return
    }
    #expect(
      try scene.sender.received(answers[0], now: scene.now)
        == .welcomed(.of("b"), departed: [.of("z", 9)]))
    #expect(scene.sender.state == .live)
    #expect(scene.sender.peer == .of("b"))
  }

  @Test("a quiet stream is asked for an ack each second, and stalls without one")
  func heartbeats() {
    var scene = LinkScene.live()
    scene.now = scene.now + 999
    #expect(scene.next() == nil)
    for _ in 1...3 {
      scene.now = scene.now + 1000
      scene.send()
      #expect(scene.tick(after: 500) == .nothing)
      #expect(scene.sender.state == .live)
    }
    scene.now = scene.now + 1000
    #expect(scene.next() != nil)
    #expect(scene.next() == nil)
    #expect(scene.tick(after: 999) == .nothing)
    #expect(scene.sender.state == .live)
    #expect(scene.tick(after: 1) == .nothing)
    #expect(scene.sender.state == .stalled)
    #expect(scene.sender.error == "no acks")
  }

  @Test("a stalled stream is closed after five seconds, and the next asked for after a wait")
  func givesUpStalled() {
    var scene = LinkScene.live()
    scene.take(1, 1)
    scene.send()
    _ = scene.tick(after: 1000)
    #expect(scene.tick(after: 4999) == .nothing)
    #expect(scene.tick(after: 1) == .disconnect("no acks"))
    #expect(scene.sender.state == .waiting)
    #expect(scene.tick(after: 1000) == .nothing)
    #expect(scene.next() == nil)
    #expect(scene.sender.disconnected("closed by us", now: scene.now) == .retry)
    #expect(scene.sender.error == "no acks")
    #expect(scene.tick(after: 79) == .nothing)
    #expect(scene.tick(after: 41) == .connect)
  }

  @Test("attempts and hellos that take five seconds are given up")
  func givesUpOpening() {
    var scene = LinkScene()
    _ = scene.tick()
    #expect(scene.tick(after: 4999) == .nothing)
    #expect(scene.tick(after: 1) == .disconnect("cannot connect"))
    #expect(hello(scene.sender.connected(now: scene.now)) != nil)
    #expect(scene.sender.state == .waiting)
    scene.sender.disconnected("closed by us", now: scene.now)
    #expect(scene.tick(after: 120) == .connect)
    _ = scene.sender.connected(now: scene.now)
    #expect(scene.tick(after: 5000) == .disconnect("no welcome"))
  }

  @Test("frames that are applied are not sent again; their verdicts come with the welcome")
  func hearsVerdictsAgain() {
    var scene = LinkScene.live()
    scene.take(2, 1)
    scene.send()
    scene.take(2, 2)
    scene.send()
    scene.drop()
    scene.apply(rejecting: [1: .seriesLimit])
    #expect(scene.settlements() == [])
    scene.reopen()
    #expect(
      scene.settlements() == [
        Settlement(
          ticket: 1, outcome: .applied(rejections: [RowRejection(row: 1, reason: .seriesLimit)]))
      ])
    #expect(scene.next().flatMap(frame)?.sequence == 2)
    scene.apply()
    #expect(scene.settlements().map(\.ticket) == [2])
    #expect(scene.receiver.counters.framesTaken == 2)
  }

  @Test("frames that are with the shards are acked, and not taken again")
  func repeats() {
    var scene = LinkScene.live()
    scene.take(2, 1)
    scene.send()
    scene.drop()
    scene.reopen()
    scene.send()
    #expect(scene.frames.count == 1)
    #expect(scene.receiver.counters.framesRepeated == 1)
    scene.apply()
    #expect(scene.settlements() == [Settlement(ticket: 1, outcome: .applied(rejections: []))])
  }

  @Test("frames that the old stream brought are acked before they are sent again")
  func acksBeforeResending() {
    var scene = LinkScene.live()
    scene.take(2, 1)
    scene.send()
    scene.drop()
    scene.reopen()
    scene.apply()
    #expect(scene.settlements().map(\.ticket) == [1])
    #expect(scene.next() == nil)
  }

  @Test("a receiver that started again gets all that was not acked")
  func receiverRestarts() {
    var scene = LinkScene.live()
    for ticket in 1...2 {
      scene.take(2, LinkTicket(ticket))
      scene.send()
    }
    scene.apply()
    scene.drop()
    scene.receiver = LinkReceiver(.of(.of("b", 2)), from: Identity.of("a").id)
    scene.frames = []
    scene.reopen()
    scene.send()
    #expect(scene.frames.map(\.values) == [[2, 3]])
    scene.apply()
    #expect(scene.settlements().map(\.ticket) == [1, 2])
    #expect(scene.sender.peer == .of("b", 2))
  }

  @Test("refusals of the own life are told apart from lost streams")
  func tellsRefusals() {
    for (kind, meaning): (LinkRefusal.Kind?, LinkSender.OnDisconnected) in [
      (nil, .retry), (.gap, .retry), (.staleIncarnation, .outlived), (.departed, .departed),
    ] {
      var scene = LinkScene()
      _ = scene.tick()
      _ = scene.sender.connected(now: scene.now)
      #expect(scene.sender.disconnected("refused", refused: kind, now: scene.now) == meaning)
      #expect(scene.sender.error == "refused")
    }
  }

  @Test("who answers in another's place is not talked to")
  func checksPeer() {
    func fault(_ receiver: Identity?, live: UInt64 = 0, after: Identity? = nil) -> LinkFault.Kind? {
      var scene = LinkScene()
      scene.sender.peer = after
      _ = scene.tick()
      _ = scene.sender.connected(now: scene.now)
      var welcome = LinkWelcome()
      welcome.receiver = receiver?.wire
      welcome.liveApplied = live
      do {
        _ = try scene.sender.received(LinkMessages.response(.welcome(welcome)), now: scene.now)
        return nil
      } catch { return error.kind }
    }
    #expect(fault(.of("b")) == nil)
    #expect(fault(.of("x")) == .wrongPeer)
    #expect(fault(nil) == .malformed)
    #expect(fault(.of("b"), live: 1) == .wrongAck)
    #expect(fault(.of("b", 3), after: .of("b", 4)) == .stalePeer)
    #expect(fault(.of("b", 4), after: .of("b", 4)) == nil)
  }

  @Test("acks of what was not sent are faults")
  func checksAcks() {
    func fault(_ change: (inout LinkAck) -> Void) -> LinkFault.Kind? {
      var scene = LinkScene.live()
      scene.take(2, 1)
      scene.send()
      var ack = LinkAck()
      ack.applied = 1
      change(&ack)
      do {
        _ = try scene.sender.received(LinkMessages.response(.ack(ack)), now: scene.now)
        return nil
      } catch {
        #expect(scene.settlements() == [])
        return error.kind
      }
    }
    func rejection(_ sequence: UInt64, _ rows: [UInt32]) -> FrameRejection {
      .with {
        $0.sequence = sequence
        $0.reason = 5
        $0.rows = rows
      }
    }
    #expect(fault { _ in } == nil)
    #expect(fault { $0.applied = 2 } == .wrongAck)
    #expect(fault { $0.heartbeat = 1 } == .wrongAck)
    #expect(fault { $0.lane = LinkLane(rawValue: 2) } == .malformed)
    #expect(fault { $0.rejections = [rejection(1, [0, 1])] } == nil)
    #expect(fault { $0.rejections = [rejection(1, [2])] } == .wrongAck)
    #expect(fault { $0.rejections = [rejection(1, [0, 0])] } == .wrongAck)
    #expect(fault { $0.rejections = [rejection(2, [0])] } == .wrongAck)
    #expect(fault { $0.rejections = [rejection(0, [9])] } == nil)
  }
}
