// SPDX-License-Identifier: Apache-2.0

/// Where the search for idle series is, and how much of it is due.
struct Sweep {
  /// The slot to look at next.
  var position = 0
  /// Slots to be looked at by now.
  var due = 0

  /// A window's time makes ``ShardLimits/sweepsPerWindow`` whole tables due; never more than one
  /// is.
  mutating func add(elapsedSeconds: Int64, capacity: Int, shape: WindowShape) {
    let seconds = Int(min(elapsedSeconds, shape.windowSeconds))
    let share = capacity * seconds * Int(ShardLimits.sweepsPerWindow) / Int(shape.windowSeconds)
    due = min(due + share + 1, capacity)
  }
}

extension ShardCore {
  /// Goes on with the sweep: at most ``ShardLimits/sweepSlotsMax`` slots.
  mutating func sweepOn() {
    var steps = min(sweep.due, ShardLimits.sweepSlotsMax)
    guard steps > 0 else { return }
    sweep.due -= steps
    while steps > 0 {
      if sweep.position >= table.capacity { finishSweep() }
      if unsafe isIdle(table.slot(sweep.position).header) {
        evict(at: sweep.position)  // Another series may have moved here: look again.
      } else {
        sweep.position += 1
        steps -= 1
      }
    }
  }

  /// Only now may the table shrink: halfway through a sweep the series left would all lie in what
  /// has not been swept, and crowd there.
  private mutating func finishSweep() {
    sweep.position = 0
    table.shrink()
  }

  private func isIdle(_ header: UnsafeMutablePointer<Series.Header>?) -> Bool {
    guard let header = unsafe header else { return false }
    return unsafe Series(header).isEmpty(window)
  }

  private mutating func evict(at position: Int) {
    guard let header = unsafe table.slot(position).header else { return }
    if unsafe Series(header).isLabelled { seriesLabelled -= 1 }
    unsafe Series(header).destroy(geometry: geometry, heap: &heap)
    table.remove(at: position)
    budget.giveBack(1)
    seriesEvicted += 1
  }
}
