// SPDX-License-Identifier: Apache-2.0
import Proto
import Router
import Shard

/// Metrics from clients: read where they lie and judged; then they go where points go.
extension SimNode {
  func received(metrics: [[UInt8]], of call: Call) {
    // Bytes that were no metric have ended it.
    if call.isEnded { return }
    if refusesClients { return world.clients.refused(call) }
    let admission = Admission(now: wall, shape: world.scenario.shape)
    for metric in metrics {
      let index = call.taken
      do {
        let view = try MetricReader.read(metric.span.bytes, metric.indices)
        take(
          call.points[index], verdict(admission, metric.span.bytes, view, index, call), of: call)
      } catch {
        world.tallies[.metricCallsBroken] += 1
        world.say("call \(call.number) ends at metric \(index): \(error)")
        call.isEnded = true
        break
      }
    }
    callsOfTurn.append(call)
    openTurn()
  }

  private func verdict(
    _ admission: Admission, _ bytes: RawSpan, _ metric: MetricView, _ index: Int, _ call: Call
  ) -> Admission.Verdict {
    let point = metric.point
    let verdict = admission.admit(bytes, name: point.name, value: point.value, time: point.time)
    guard case .accepted(let time) = verdict else { return verdict }
    guard metric.isTimeValid else { return .rejected(.timeInvalid) }
    let found: PointNumber?
    if metric.labels.isEmpty {
      found = known(bytes, point.name, point)
    } else {
      var scratch: [UInt8] = []
      let labelled = MetricReader.point(metric, of: bytes, into: &scratch)
      keys.reset()
      switch keys.add(scratch.span.bytes, labelled) {
      case .rejected(let reason): return .rejected(reason)
      case .key(let key): found = keys.withBytes { known($0, key, point) }
      }
    }
    if found != call.points[index] {
      world.broken(
        .nothingInvented, "\(identity) reads metric \(index) of call \(call.number) as another")
    }
    call.sum?.place(
      call.points[index], index: index, bytes, point.name, value: point.value, time: time)
    return verdict
  }

  /// It is known what became of a metric: one that waits in its call's sum counts there, or not.
  func settle(_ point: PointNumber, _ fate: PointTruth.Fate, in sum: MetricSum) {
    if fate == .refused {
      let isLate = sum.waits(for: point)
      world.tallies[isLate ? .metricsRejectedLate : .metricsRejectedAtOnce] += 1
      if world.scenario.sabotage != .forgetsRejections { sum.reject(point) }
    }
    sum.settled(point)
  }

  func closeTurn(_ call: Call) {
    call.sum?.closeTurn()
    answerIfDone(call)
  }

  /// Which point it is; nil when it is none that was sent.
  private func known(_ bytes: RawSpan, _ key: Range<Int>, _ point: PointView) -> PointNumber? {
    let name = key.map { bytes.unsafeLoad(fromByteOffset: $0, as: UInt8.self) }
    let found = world.model.point(
      hash: SeriesKey.hash(bytes, key), name: name, value: point.value)
    return found.flatMap { world.model.series(of: $0).kind == point.kind ? $0 : nil }
  }
}
