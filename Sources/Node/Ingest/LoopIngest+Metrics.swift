// SPDX-License-Identifier: Apache-2.0
import Proto
import RPC
import Router
import Shard

/// Why a stream of metrics ends early.
enum MetricFault {
  case malformed(PointError)
  case tooManyNames
}

/// Metrics of a stream that is summed up, one at a time.
extension LoopIngest {
  /// Takes a run of metrics.
  ///
  /// - Parameter firstIndex: the index in its stream of the run's first message.
  /// - Returns: how many messages were taken, and why the next one was not, if there was one.
  func takeMetrics(
    _ run: RawSpan, _ range: Range<Int>, _ turn: IngestTurn, for sink: RecordSink,
    firstIndex: Int64
  ) -> (messages: Int64, fault: MetricFault?) {
    var frames = MessageFrames(range)
    var messages: Int64 = 0
    while let body = frames.next(in: run) {
      let metric: MetricView
      do throws(PointError) {
        metric = try MetricReader.read(run, body)
      } catch {
        return (
          messages, .malformed(PointError(error.reason, offset: error.offset - body.lowerBound))
        )
      }
      let index = firstIndex + messages
      let ordinal = turn.ordinal &+ UInt32(truncatingIfNeeded: messages)
      guard take(metric, run, turn, ordinal, for: sink, index) else {
        return (messages, .tooManyNames)
      }
      messages += 1
      ledger.received += 1
    }
    return (messages, nil)
  }

  /// - Returns: false when the stream has too many names; nothing is counted then.
  private func take(
    _ metric: MetricView, _ run: RawSpan, _ turn: IngestTurn, _ ordinal: UInt32,
    for sink: RecordSink, _ index: Int64
  ) -> Bool {
    let point = metric.point
    let verdict = unsafe admission.admit(
      run, name: point.name, value: point.value, time: point.time)
    guard case .accepted(let time) = verdict else {
      if case .rejected(let reason) = verdict { reject(reason, sink, index) }
      return true
    }
    guard metric.isTimeValid else {
      reject(.timeInvalid, sink, index)
      return true
    }
    let hash = FNV.hash(run, point.name)
    if metric.labels.isEmpty {
      sample(hash)
      guard sink.place(point, hash, run, time: time, index, turn) else { return false }
      append(hash, run, point.name, point, place(hash, run, point), time, ordinal, turn)
      return true
    }
    keys.reset()
    let labelled = MetricReader.point(metric, of: run, into: &sink.scratch)
    switch keys.add(unsafe sink.scratch.span.bytes, labelled) {
    case .rejected(let reason): reject(reason, sink, index)
    case .key(let key):
      guard sink.place(point, hash, run, time: time, index, turn) else { return false }
      keys.withBytes { bytes in
        let hash = SeriesKey.hash(bytes, key)
        sample(hash)
        append(hash, bytes, key, point, place(hash, run, point), time, ordinal, turn)
      }
    }
    return true
  }

  /// Which of the open batches a metric goes to.
  private func place(_ hash: UInt64, _ run: RawSpan, _ point: PointView) -> Int {
    let slot = slots[Placement.partition(hash)]
    let home = Int(slot.base) + placement.shard(hash) & Int(slot.mask)
    return slot.isHot ? hotPlace(hash, home, run, point.name) : home
  }

  private func append(
    _ hash: UInt64, _ bytes: RawSpan, _ key: Range<Int>, _ point: PointView, _ place: Int,
    _ time: Int64, _ ordinal: UInt32, _ turn: IngestTurn
  ) {
    while unsafe !open[place].append(
      hash: hash, nameFrom: bytes, range: key, value: point.value, time: time, ordinal: ordinal,
      kind: point.kind)
    {
      makeRoom(place, turn)
    }
  }

  private func reject(_ reason: Shard.RejectReason, _ sink: RecordSink, _ index: Int64) {
    unsafe sink.tally.reject(reason, index: index)
    ledger.reject(reason)
  }
}
