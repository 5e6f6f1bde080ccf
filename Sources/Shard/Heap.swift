// SPDX-License-Identifier: Apache-2.0

/// Counts what a shard has allocated, as the C allocator rounds it.
struct Heap {
  /// Smaller requests are rounded up to this. glibc keeps freed chunks of up to 128 B in lists
  /// that it later joins all at once: 250 ms for a million series given back.
  static let requestBytesMin = 136

  /// Bytes held now.
  private(set) var bytes = 0

  /// What an allocation takes: eight bytes more, in steps of sixteen.
  static func chunkBytes(_ byteCount: Int) -> Int {
    (max(byteCount, requestBytesMin) + 8 + 15) & ~15
  }

  /// The most that can be asked for in what an allocation takes.
  static func requestBytes(filling byteCount: Int) -> Int { chunkBytes(byteCount) - 8 }

  mutating func allocate(_ byteCount: Int) -> UnsafeMutableRawPointer {
    bytes += Heap.chunkBytes(byteCount)
    return UnsafeMutableRawPointer.allocate(
      byteCount: max(byteCount, Heap.requestBytesMin), alignment: 16)
  }

  mutating func free(_ pointer: UnsafeMutableRawPointer, _ byteCount: Int) {
    bytes -= Heap.chunkBytes(byteCount)
    unsafe pointer.deallocate()
  }

  /// Counts memory that the language allocates itself.
  mutating func count(_ difference: Int) {
    bytes += difference
  }
}
