// SPDX-License-Identifier: Apache-2.0

extension ShardCore {
  /// Copies the live slices of the next series out, about `seriesMax` of them, and says where to go
  /// on; nil: that was the last step.
  ///
  /// A series that is there from the first step to the last is exported once, whatever comes, goes
  /// or makes the table grow or shrink between the steps. Points applied to a series after its step
  /// are not in the export: who needs all of them applies none meanwhile, and proves it by
  /// ``ShardStatistics/pointsApplied``. The shard keeps what it has.
  ///
  /// O(slices); a step ends early at some thousand slices or table slots, so that the shard is not
  /// kept for long. It may be empty and not the last.
  ///
  /// - Precondition: `seriesMax` is positive.
  public mutating func exportSlices(
    from cursor: SliceCursor = .start, seriesMax: Int, now: Int64
  ) -> (batch: SliceBatch, next: SliceCursor?) {
    precondition(seriesMax > 0, "a step has at least a series")
    advance(to: now)
    var batch = SliceBatch()
    let first = table.home(remixed: cursor.remixed)
    for home in first..<table.capacity {
      for position in table.positions(homedAt: home, from: cursor.remixed) {
        export(at: position, into: &batch)
      }
      let isFull =
        batch.series >= seriesMax || batch.slices >= ShardLimits.exportSlicesMax
        || home - first >= ShardLimits.exportSlotsMax
      if isFull, let next = table.remixed(behind: home) {
        return (batch, SliceCursor(remixed: next))
      }
    }
    return (batch, nil)
  }

  private func export(at position: Int, into batch: inout SliceBatch) {
    let slot = unsafe table.slot(position)
    guard let header = unsafe slot.header else { fatalError("slot is empty") }
    let series = unsafe Series(header)
    guard unsafe !series.isEmpty(window) else { return }
    unsafe batch.appendSeries(
      name: series.name, hash: slot.hash, header.pointee.sightings)
    unsafe series.exportSlices(window, into: &batch)
  }
}
