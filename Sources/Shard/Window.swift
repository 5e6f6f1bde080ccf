// SPDX-License-Identifier: Apache-2.0

/// The slices that are live at one clock.
struct Window {
  let geometry: WindowGeometry
  /// Oldest live slice.
  let first: Int64
  /// Newest slice a point may lie in.
  let last: Int64

  init(_ geometry: WindowGeometry, now: Int64) {
    self.geometry = geometry
    first = geometry.firstLive(now: now, windowSeconds: geometry.shape.windowSeconds)
    last = geometry.lastLive(now: now)
    assert(last - first < Int64(geometry.slots), "two live slices share a slot")
  }
}
