// SPDX-License-Identifier: Apache-2.0
import Shard
import TestKit

@testable import Router

extension LinkWorld {
  /// Something happens.
  mutating func step() {
    let before = sender.state
    defer {
      if before == .live, sender.state == .stalled { tried("stalled") }
      if before == .stalled, sender.state == .live { tried("live after a stall") }
    }
    if isStill, random.oneIn(60) { isStill = false }
    switch random.int(in: 0...99) {
    case 0..<20: takeBatch()
    case 20..<32: pass(Int64(random.int(in: 1...60)))
    case 32..<56: send()
    case 56..<71: arrive()
    case 71..<81: answer()
    case 81..<90: applyOne()
    case 90..<96: arriveLate()
    default: happenRarely()
    }
    check()
  }

  private mutating func happenRarely() {
    switch random.int(in: 0...99) {
    case 0..<30: drop()
    case 30..<40: isStill.toggle()
    case 40..<44: pass(Int64(random.int(in: 500...7000)))
    case 44..<45: pass(90_000)
    case 52..<55: restartSender()
    case 55..<58: restartReceiver()
    case 58..<60: surrender()
    case 60..<70: flood()
    default: takeBatch(60)
    }
  }

  // MARK: The sender's side

  mutating func takeBatch(_ count: Int? = nil) {
    let count = count ?? random.int(in: 1...12)
    let values = (0..<count).map { nextValue + Double($0) }
    nextValue += Double(count)
    let batch = PointColumns.of(values, time: wall) { "m\(Int($0) % 500)" }
    if random.oneIn(10) {
      sender.take(batch, ticket: nil, now: now, wall: wall)
    } else {
      nextTicket += 1
      open[nextTicket] = values
      sender.take(batch, ticket: nextTicket, now: now, wall: wall)
    }
  }

  private mutating func flood() {
    tried("flood")
    for _ in 0..<random.int(in: 5...40) { takeBatch(random.int(in: 1...60)) }
  }

  mutating func pass(_ milliseconds: Int64) {
    now = now + milliseconds
    switch sender.tick(now: now, wall: wall) {
    case .nothing: break
    case .connect: connect()
    case .disconnect:
      lose("disconnect")
      _ = sender.disconnected("asked for", now: now)
    }
  }

  private mutating func connect() {
    switch random.int(in: 0...9) {
    case 0: _ = sender.disconnected("no route", now: now)
    case 1: tried("hanging connect")
    default: openPipe()
    }
  }

  mutating func openPipe() {
    tried("stream")
    streams += 1
    var pipe = Pipe(number: streams)
    pipe.toReceiver.append(sender.connected(now: now))
    self.pipe = pipe
  }

  mutating func send() {
    for _ in 0..<random.int(in: 1...4) {
      guard pipe != nil, let message = sender.nextMessage(now: now, wall: wall) else { return }
      pipe?.toReceiver.append(message)
    }
  }

  mutating func answer() {
    guard !isStill, let message = pipe?.toSender.popFirst() else { return }
    do throws(LinkFault) {
      _ = try sender.received(message, now: now)
    } catch {
      failed("fault: \(error)")
      drop()
    }
  }

  /// The stream ends for the sender; what is under way to the receiver may arrive later.
  mutating func lose(_ reason: String) {
    tried(reason)
    guard let lost = pipe else { return }
    pipe = nil
    if random.oneIn(2) { receiver.closed(stream: lost.number) } else { lostPipes.append(lost) }
    if lostPipes.count > 3 { lostPipes.removeFirst() }
  }

  mutating func drop() {
    guard pipe != nil else { return }
    lose("drop")
    _ = sender.disconnected("lost", now: now)
  }

  private mutating func restartSender() {
    tried("sender restarts")
    triedBySender()
    lose("sender's stream")
    check()
    open = [:]
    lifeStart = nextValue
    senderLives += 1
    sender = Self.makeSender(senderLives)
  }

  private mutating func surrender() {
    tried("surrender")
    for hint in sender.surrender() {
      var decoder = FrameDecoder()
      let rows = try? decoder.decode(
        hint.body.span.bytes, rows: UInt32(hint.rows), dictionary: 0
      ).count
      if rows != hint.rows { failed("a hint does not decode") }
    }
  }

  // MARK: The receiver's side

  mutating func arrive() {
    guard !isStill, var current = pipe, let message = current.toReceiver.popFirst() else { return }
    pipe = current
    let refusal = receive(message, &current)
    guard var pipe else { return }
    pipe.isGreeted = current.isGreeted
    pipe.toSender = current.toSender
    self.pipe = pipe
    guard let refusal else { return }
    if refusal.kind != .superseded { failed("refused: \(refusal)") }
    tried("refused")
    self.pipe = nil
    receiver.closed(stream: pipe.number)
    _ = sender.disconnected(refusal.message, refused: refusal.kind, now: now)
  }

  /// A message arrives of a stream that the sender has given up.
  private mutating func arriveLate() {
    guard !isStill, !lostPipes.isEmpty else { return }
    let index = random.int(in: 0...lostPipes.count - 1)
    guard let message = lostPipes[index].toReceiver.popFirst() else {
      receiver.closed(stream: lostPipes.remove(at: index).number)
      return
    }
    tried("late message")
    var late = lostPipes[index]
    let refusal = receive(message, &late)
    lostPipes[index] = late
    guard let refusal else { return }
    if ![.superseded, .staleIncarnation].contains(refusal.kind) { failed("refused: \(refusal)") }
    lostPipes.remove(at: index)
  }

  private mutating func receive(_ message: [UInt8], _ pipe: inout Pipe) -> LinkRefusal? {
    do throws(LinkRefusal) {
      guard pipe.isGreeted else {
        try greet(LinkGreeting(message), &pipe)
        return nil
      }
      switch try receiver.received(message, stream: pipe.number) {
      case .nothing: tried("repeated while pending")
      case .answer(let answer): pipe.toSender.append(answer)
      case .apply(let frame, let tag): take(frame, tag, &pipe)
      }
      return nil
    } catch { return error }
  }

  private mutating func greet(
    _ greeting: LinkGreeting, _ pipe: inout Pipe
  ) throws(LinkRefusal) {
    if kind == .forgets {
      marks += 1
      receiver = Self.makeReceiver(receiverLives)
    }
    switch receiver.greeted(greeting, stream: pipe.number) {
    case .refuse(let refusal): throw refusal
    case .welcome(let messages, let replaced):
      if replaced != nil { tried("replaced") }
      if messages.count > 1 { tried("verdicts with the welcome") }
      pipe.isGreeted = true
      for message in messages { pipe.toSender.append(message) }
    }
  }

  private mutating func take(_ frame: DecodedFrame, _ tag: FrameTag, _ pipe: inout Pipe) {
    for row in 0..<frame.count where frame.name(row) != "m\(Int(frame.value(row)) % 500)" {
      failed("a point got another name")
    }
    let isEarly = kind == .acksEarly
    pending.append(Pending(values: frame.values, tag: tag, marks: isEarly ? -1 : marks))
    if isEarly, let answer = receiver.applied(tag, rejections: []) {
      pipe.toSender.append(answer.message)
    }
  }

  mutating func applyOne() {
    guard !isStill, !pending.isEmpty else { return }
    let frame = pending.remove(at: random.int(in: 0...min(2, pending.count - 1)))
    for value in frame.values {
      if !judged.insert(value).inserted { failed("\(value) was applied twice") }
      everJudged.insert(value)
    }
    guard frame.marks == marks else { return }
    let rejections = frame.values.enumerated().filter { Self.isRejected($0.element) }
      .map { RowRejection(row: $0.offset, reason: .seriesLimit) }
    guard let answer = receiver.applied(frame.tag, rejections: rejections) else { return }
    if answer.stream == pipe?.number { pipe?.toSender.append(answer.message) }
  }

  private mutating func restartReceiver() {
    tried("receiver restarts")
    findings.tries["repeated", default: 0] += receiver.counters.framesRepeated
    drop()
    lostPipes = []
    pending = []
    judged = []
    marks += 1
    receiverLives += 1
    receiver = Self.makeReceiver(receiverLives)
  }
}
