// SPDX-License-Identifier: Apache-2.0

/// Reads small files whole, those of /proc included, whose size is not known before.
enum FileText {
  /// All bytes of a file of at most `bytesMax` bytes.
  static func read(_ path: String, bytesMax: Int) throws(SystemFailure) -> [UInt8] {
    let file = try FileDescriptor(reading: path)
    var bytes: [UInt8] = []
    while try file.read(65_536, into: &bytes) > 0 {
      guard bytes.count <= bytesMax else {
        throw SystemFailure("it is larger than \(ByteText.show(bytesMax))")
      }
    }
    return bytes
  }

  /// A file of /proc or /sys as text; nil when it cannot be read.
  static func system(_ path: String) -> String? {
    (try? read(path, bytesMax: 16 << 20)).map { String(decoding: $0, as: UTF8.self) }
  }
}
