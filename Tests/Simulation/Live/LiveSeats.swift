// SPDX-License-Identifier: Apache-2.0
import Proto
import Protobuf
import Router
import Shard

/// The live reports of a node, as `LiveHub` and `LiveService` have them: one for each interval that
/// is asked for, however many read it. The product's parts decide who is told what.
final class LiveSeats {
  private unowned let node: SimNode
  private var seats: [LiveSeat] = []
  /// Of updates that are not taken.
  private var untakenBytes = 0

  init(_ node: SimNode) { self.node = node }

  private var world: World { node.world }

  // MARK: Readers

  /// A reader's call has come.
  func joined(_ stream: LiveStream) {
    let seat = seats.first { $0.interval == stream.interval } ?? begin(stream.interval)
    seat.streams.append(stream)
    stream.topic = seat
    if seat.streams.count > 1 { world.tallies[.liveReportsShared] += 1 }
    ask(stream, seat)
  }

  /// A reader has gone; with the last of them the report ends.
  func left(_ stream: LiveStream) {
    guard let seat = stream.topic else { return }
    stream.topic = nil
    finishWriting(stream)
    seat.readers.left(ticket: stream.ticket)
    seat.streams.removeAll { $0 === stream }
    guard seat.streams.isEmpty else { return }
    seat.end()
    seats.removeAll { $0 === seat }
  }

  /// A reader has taken something.
  func hasRoom(_ stream: LiveStream) {
    guard let seat = stream.topic, stream.writing != nil, stream.hasRoom else { return }
    finishWriting(stream)
    ask(stream, seat)
  }

  /// The node's life is over.
  func end() {
    for seat in seats { seat.end() }
    seats = []
  }

  private func finishWriting(_ stream: LiveStream) {
    guard let update = stream.writing else { return }
    stream.writing = nil
    update.holders -= 1
    if update.holders == 0 { untakenBytes -= update.bytes.count }
  }

  private func ask(_ stream: LiveStream, _ seat: LiveSeat) {
    stream.ticket = seat.ticketNext
    seat.ticketNext += 1
    let reader = LiveReaders.Reader(ticket: stream.ticket, seen: stream.seen)
    if seat.readers.asked(reader) == .tell { tell(stream, reader, seat) }
  }

  // MARK: Reports

  private func begin(_ interval: Int64) -> LiveSeat {
    let tombstones = world.scenario.live.tombstonesMin
    let seat = LiveSeat(interval: interval, now: world.now, tombstonesMin: tombstones)
    seats.append(seat)
    compute(seat)
    return seat
  }

  private func compute(_ seat: LiveSeat) {
    guard seats.contains(where: { $0 === seat }) else { return }
    seat.computations += 1
    world.tallies[.liveReports] += 1
    if seat.computations > seat.computationsMax(now: world.now) {
      world.broken(
        .onceAnInterval, "\(node.identity) makes a live report for the \(seat.computations)th time")
    }
    let (beganAt, acked) = (world.now, world.model.ackedNow)
    let peers = node.membership.view.peers.map(\.id.text)
    node.report(ReportRequest()) { [self] gathered, asOf, known in
      guard seats.contains(where: { $0 === seat }) else { return }
      let report = LiveComputation(
        node, number: seat.computations, revision: seat.pace.revision, gathered, asOf: asOf,
        known: known, peers: peers, beganAt: beganAt, acked: world.model.within(acked, known))
      advance(seat, report)
      seat.pace.made(after: .microseconds(world.now - seat.startedAt))
      let due = seat.startedAt + Int64(seat.pace.due / .microseconds(1))
      world.after(due - world.now, on: node, "live report") { [self] in compute(seat) }
    }
  }

  private func advance(_ seat: LiveSeat, _ report: LiveComputation) {
    seat.previous = seat.report?.revision ?? 0
    seat.report = report
    seat.head = head(report)
    seat.updates = [:]
    // Rates change because time goes on.
    let entries = report.gathered.report.entries(seconds: 1 + report.asOf % 5)
    let rows = LiveRows(entries: entries)
    for reader in seat.readers.advance(to: report.revision, rows) {
      if let stream = seat.streams.first(where: { $0.ticket == reader.ticket }) {
        tell(stream, reader, seat)
      }
    }
  }

  private func head(_ report: LiveComputation) -> [UInt8] {
    var coverage = report.gathered.coverage
    if world.scenario.sabotage == .liveSaysComplete { coverage.complete = true }
    return Report.with {
      $0.asOf = report.asOf
      $0.coverage = coverage
    }.encoded()
  }

  // MARK: Updates

  private func tell(_ stream: LiveStream, _ reader: LiveReaders.Reader, _ seat: LiveSeat) {
    guard let report = seat.report else { preconditionFailure("a reader is told of no report") }
    guard let update = update(since: reader.seen, seat) else {
      return fellShort(stream, reader, seat)
    }
    update.holders += 1
    stream.seen = update.revision
    stream.writing = update
    stream.send(LiveMessage(bytes: update.bytes, report: report))
    if stream.hasRoom { hasRoom(stream) }
  }

  private func fellShort(_ stream: LiveStream, _ reader: LiveReaders.Reader, _ seat: LiveSeat) {
    switch seat.readers.fellShort(reader) {
    case .wait: world.tallies[.liveUpdatesMissed] += 1
    case .refuse:
      world.tallies[.liveReadersRefused] += 1
      stream.endByNode()
      left(stream)
    }
  }

  /// Nil: slow readers hold too much. One that is alone always goes.
  private func update(since seen: UInt64, _ seat: LiveSeat) -> LiveParcel? {
    if let known = seat.updates[seen], known.holders > 0 { return known }
    let live = world.scenario.live
    let step = sabotaged(seat.readers.step(since: seen), seat)
    let bytes = WireWriter.encode { step.write(head: seat.head, to: &$0) }
    guard untakenBytes == 0 || untakenBytes + bytes.count <= live.untakenBytesMax else {
      return nil
    }
    untakenBytes += bytes.count
    let update = LiveParcel(bytes: bytes, revision: step.revision)
    seat.updates[seen] = update
    return update
  }

  private func sabotaged(_ step: LiveStep, _ seat: LiveSeat) -> LiveStep {
    var step = step
    switch world.scenario.sabotage {
    case .forgetsTombstones: step.difference.removed = []
    case .tellsTooLittle where step.intervals > 0:
      step.difference = seat.readers.step(since: seat.previous).difference
    default: break
    }
    return step
  }
}
