// SPDX-License-Identifier: Apache-2.0
internal import Router
internal import Shard

/// Reads what a leaving node hands over out of an arbitrary message, folds it into a shard, and
/// hands the shard's windows over again: what comes out is bounded, and can be read.
///
/// Input: a serialized `telemetry.peer.v1.SlicePart`.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzSlices(_ data: UnsafePointer<UInt8>?, _ size: Int) -> CInt {
  let shape = WindowShape.standard
  var reader = SlicePartReader(resolutionSeconds: shape.resolutionSeconds)
  guard
    let batch = try? reader.received(Array(UnsafeBufferPointer(start: data, count: size))),
    let heading = reader.heading
  else { return 0 }
  // Just behind the first slice.
  let now = (batch.starts.first ?? 0) + shape.resolutionSeconds
  var core = ShardCore(shape: shape)
  let outcome = core.fold(batch, now: now)
  precondition(
    outcome.slicesTaken + outcome.slicesExpired + outcome.left.slices == batch.slices,
    "slices are lost")
  check(core.report(ReportRequest(wantsHistograms: true), now: now))
  var parts = SliceParts(heading)
  var messages: [[UInt8]] = []
  var cursor: SliceCursor? = .start
  while let from = cursor {
    let step = core.exportSlices(from: from, seriesMax: 100, now: now)
    for series in 0..<step.batch.series { messages += parts.add(series: series, of: step.batch) }
    cursor = step.next
  }
  messages.append(parts.finish())
  var again = SlicePartReader(resolutionSeconds: shape.resolutionSeconds)
  for message in messages {
    guard (try? again.received(message)) != nil else {
      preconditionFailure("a part that is none when handed on")
    }
  }
  return 0
}

private func check(_ report: PartialReport) {
  for row in 0..<report.count {
    precondition(report.squares[row] >= 0, "squares are no number")
    guard let quantile = report.quantile(0.5, row: row) else { continue }
    precondition(quantile.isFinite && report.quantileError(row: row) != nil, "no quantile")
  }
}
