// SPDX-License-Identifier: Apache-2.0
// Its headers name timespec, too, and it is not certain to which module the compiler counts that.
import CCares
import Glibc

/// The processor time that the calling thread has used.
enum ThreadTime {
  static var now: Duration {
    var time = timespec()
    unsafe clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
    return .seconds(time.tv_sec) + .nanoseconds(time.tv_nsec)
  }
}
