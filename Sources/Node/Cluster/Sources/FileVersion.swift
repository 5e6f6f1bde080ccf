// SPDX-License-Identifier: Apache-2.0
// Its headers name timespec, too, and it is not certain to which module the compiler counts that.
import CCares
import Glibc

/// What tells one state of a file from the next, without reading it.
struct FileVersion: Hashable {
  private var errorNumber: Int32 = 0
  private var device: UInt64 = 0
  private var inode: UInt64 = 0
  private var bytes: Int64 = 0
  private var modified: [Int] = []

  /// Looks at the file that the path leads to; one that is not there has a version, too.
  init(_ path: String) {
    var found = stat()
    guard unsafe stat(path, &found) == 0 else {
      errorNumber = errno
      return
    }
    device = UInt64(found.st_dev)
    inode = UInt64(found.st_ino)
    bytes = Int64(found.st_size)
    modified = [found.st_mtim.tv_sec, found.st_mtim.tv_nsec]
  }
}
