// SPDX-License-Identifier: Apache-2.0
import Proto
import Shard

@testable import Router

/// A sender `a`, a receiver `b` and the stream between them, each step on a line of its test.
struct LinkScene {
  static let wallStart: Int64 = 1_700_000_000

  var sender: LinkSender
  var receiver: LinkReceiver
  var now = LinkTime(milliseconds: 5000)
  var stream: UInt64 = 0
  /// Frames that are with the shards.
  var frames: [(values: [Double], tag: FrameTag)] = []
  private var nextValue = 0.0

  init(sender settings: LinkSettings = .of(.of("a")), receiver: LinkSettings = .of(.of("b"))) {
    sender = LinkSender(settings, to: NodeID("b"), seed: 1)
    self.receiver = LinkReceiver(receiver, from: settings.own.id)
  }

  var wall: Int64 { Self.wallStart + now.milliseconds / 1000 }

  /// A scene with a live stream.
  static func live(
    sender: LinkSettings = .of(.of("a")), receiver: LinkSettings = .of(.of("b"))
  ) -> LinkScene {
    var scene = LinkScene(sender: sender, receiver: receiver)
    _ = scene.tick()
    scene.open()
    return scene
  }

  /// A scene whose peer has been away for longer than batches wait.
  static func away(sender: LinkSettings = .of(.of("a"))) -> LinkScene {
    var scene = LinkScene(sender: sender)
    _ = scene.tick()
    _ = scene.sender.disconnected("refused", now: scene.now)
    _ = scene.tick(after: 1000)
    return scene
  }

  // MARK: The sender

  mutating func take(_ count: Int, _ ticket: LinkTicket?) {
    let values = (0..<count).map { nextValue + Double($0) }
    nextValue += Double(count)
    sender.take(.of(values, time: wall), ticket: ticket, now: now, wall: wall)
  }

  mutating func tick(after milliseconds: Int64 = 0) -> LinkSender.OnTick {
    now = now + milliseconds
    return sender.tick(now: now, wall: wall)
  }

  mutating func next() -> [UInt8]? { sender.nextMessage(now: now, wall: wall) }

  /// The numbers of all frames that may be sent now; they are lost.
  mutating func sendIntoTheVoid() -> [UInt64] {
    var numbers: [UInt64] = []
    while let message = next() { numbers.append(frame(message)?.sequence ?? 0) }
    return numbers
  }

  mutating func settlements() -> [Settlement] { sender.takeSettlements() }

  // MARK: Both

  /// The stream that was asked for opens and is welcomed.
  mutating func open() {
    stream += 1
    guard let greeting = try? LinkGreeting(sender.connected(now: now)),
      case .welcome(let answers, _) = receiver.greeted(greeting, stream: stream)
    else { preconditionFailure("not welcome") }
    for answer in answers { receive(answer) }
  }

  /// The stream ends at both ends.
  mutating func drop() {
    receiver.closed(stream: stream)
    _ = sender.disconnected("lost", now: now)
  }

  /// Waits until a stream is asked for, then opens it.
  mutating func reopen(after milliseconds: Int64 = 100) {
    now = now + milliseconds
    waitForConnect()
    open()
  }

  /// Lets time pass until a stream is asked for.
  mutating func waitForConnect() {
    while true {
      switch tick() {
      case .connect: return
      case .disconnect: sender.disconnected("asked for", now: now)
      case .nothing: break
      }
      now = now + 10
    }
  }

  /// Sends all that may be sent; answers come back at once, frames wait in ``frames``.
  mutating func send() {
    while let message = next() {
      do {
        switch try receiver.received(message, stream: stream) {
        case .apply(let frame, let tag): frames.append((frame.values, tag))
        case .answer(let answer): receive(answer)
        case .nothing: break
        }
      } catch { preconditionFailure("refused: \(error)") }
    }
  }

  /// The shards apply the oldest frame, or the one of that index.
  mutating func apply(
    _ index: Int = 0, rejecting rejections: [Int: Shard.RejectReason] = [:],
    repeating repeats: [Int] = []
  ) {
    let rows =
      rejections.sorted { $0.key < $1.key }.map { RowRejection(row: $0.key, reason: $0.value) }
      + repeats.map { RowRejection(row: $0, reason: nil) }
    let answer = receiver.applied(
      frames.remove(at: index).tag,
      rejections: rows)
    if let answer, answer.stream == stream { receive(answer.message) }
  }

  mutating func applyAll() {
    while !frames.isEmpty { apply() }
  }

  mutating func receive(_ message: [UInt8]) {
    do { _ = try sender.received(message, now: now) } catch { preconditionFailure("\(error)") }
  }
}
