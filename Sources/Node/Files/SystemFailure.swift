// SPDX-License-Identifier: Apache-2.0
import Glibc

/// An operation of the system that failed, in the system's words.
struct SystemFailure: Error, Hashable {
  /// As in `No such file or directory`.
  let reason: String

  /// Makes one with own words.
  init(_ reason: String) { self.reason = reason }

  /// Makes one from an error number.
  init(errno number: Int32) {
    reason = unsafe String(cString: strerror(number))
  }
}
