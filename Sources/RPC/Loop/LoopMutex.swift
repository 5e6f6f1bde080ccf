// SPDX-License-Identifier: Apache-2.0
internal import Glibc

/// A loop's inbox behind a POSIX mutex. What one thread hands to another here goes through it, and
/// POSIX's locks, unlike those of `Synchronization`, are known to the thread sanitizer.
@safe final class LoopMutex: @unchecked Sendable {
  // Sendable: the inbox is touched under the mutex only.

  private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
  @exclusivity(unchecked) private var inbox = LoopInbox()

  init() { unsafe pthread_mutex_init(mutex, nil) }

  deinit {
    unsafe pthread_mutex_destroy(mutex)
    unsafe mutex.deallocate()
  }

  func withLock<Result>(_ body: (inout LoopInbox) -> Result) -> Result {
    unsafe pthread_mutex_lock(mutex)
    defer { unsafe pthread_mutex_unlock(mutex) }
    return unsafe body(&inbox)
  }
}
