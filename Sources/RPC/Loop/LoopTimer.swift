// SPDX-License-Identifier: Apache-2.0
internal import CUV

/// One timer of a loop, for the loop's thread only. It fires at most once a ``start(after:)`` and
/// may be started again; ``close()`` must be called before it is let go.
@safe final class LoopTimer: LoopHandle {
  private let handle: UnsafeMutablePointer<uv_timer_t>
  private var fired: (() -> Void)?

  init(_ loop: EventLoop, fired: @escaping () -> Void) {
    loop.assertOnLoop()
    self.fired = fired
    unsafe handle = .allocate(capacity: 1)
    super.init()
    unsafe uv_timer_init(loop.uv, handle)
    // A timer alone is nothing to run a loop for.
    unsafe uv_unref(
      UnsafeMutableRawPointer(handle).assumingMemoryBound(to: uv_handle_t.self))
    unsafe handle.pointee.data = retainedByHandle()
  }

  deinit { unsafe handle.deallocate() }

  /// Fires after `delay`, rounded up to milliseconds; an earlier start is forgotten.
  func start(after delay: Duration) {
    guard fired != nil else { return }
    let (seconds, attoseconds) = delay.components
    let milliseconds =
      seconds < 0
      ? 0
      : UInt64(min(seconds, 1 << 40)) * 1000
        + UInt64(max(0, attoseconds + 999_999_999_999_999) / 1_000_000_000_000_000)
    // The loop's idea of now may be a turn old; a deadline must not fire early.
    unsafe uv_update_time(handle.pointee.loop)
    unsafe uv_timer_start(
      handle,
      { handle in
        unsafe LoopHandle.of(handle.unsafelyUnwrapped.pointee.data, LoopTimer.self).fired?()
      }, milliseconds, 0)
  }

  /// Does not fire until started again.
  func stop() {
    if fired != nil { unsafe uv_timer_stop(handle) }
  }

  /// Gives the timer back to libuv. Idempotent.
  func close() {
    guard fired != nil else { return }
    fired = nil
    unsafe close(handle)
  }

  override func loopEnded() { close() }
}
