// SPDX-License-Identifier: Apache-2.0
internal import CUV

/// The owner of a libuv handle. The handle keeps it alive until libuv has let go of the handle,
/// whose memory the owner frees when it goes itself.
class LoopHandle {
  init() {}

  /// What goes into the handle's `data`.
  final func retainedByHandle() -> UnsafeMutableRawPointer {
    unsafe Unmanaged<LoopHandle>.passRetained(self).toOpaque()
  }

  /// The owner of the handle that has this `data`.
  static func of<Owner: LoopHandle>(_ data: UnsafeMutableRawPointer?, _: Owner.Type) -> Owner {
    // Every handle's data is its owner's, and its callbacks are set by that owner.
    unsafe unsafeDowncast(
      Unmanaged<LoopHandle>.fromOpaque(data.unsafelyUnwrapped).takeUnretainedValue(),
      to: Owner.self)
  }

  /// Gives the handle back to libuv; once.
  final func close<Handle>(_ handle: UnsafeMutablePointer<Handle>) {
    unsafe UnsafeMutableRawPointer(handle).withMemoryRebound(to: uv_handle_t.self, capacity: 1) {
      unsafe uv_close($0) { handle in
        let owner = unsafe Unmanaged<LoopHandle>
          .fromOpaque(handle.unsafelyUnwrapped.pointee.data).takeRetainedValue()
        owner.closed()
      }
    }
  }

  /// libuv has let go of the handle.
  func closed() {}

  /// The loop is to stop: whoever has no last words closes.
  func loopStops() {}

  /// The loop has stopped: closes, if that has not happened yet.
  func loopEnded() {}
}
