// SPDX-License-Identifier: Apache-2.0

/// Cuts blocks of bytes into lines. Memory stays at one block and one line, however long the file
/// and whatever it holds: a line over ``lineBytesMax`` is reported once and skipped.
struct LineReader {
  /// Bytes read at a time.
  static let blockBytes = 1 << 16
  /// A longer line is an error. Names take at most 64 KiB on any node.
  static let lineBytesMax = 1 << 17

  /// One line, or the news that one was too long.
  enum Line: Hashable {
    /// A range of ``buffer``, without the line feed.
    case whole(Range<Int>)
    case tooLong
  }

  /// What has been read and not yet been taken as lines, and lines just taken.
  private(set) var buffer: [UInt8] = []
  /// Number of the line that ``next()`` gave last, from 1.
  private(set) var lineNumber = 0
  private var start = 0
  private var scanned = 0
  private var isSkipping = false
  private var isAtEnd = false

  /// Makes room and lets `fill` append to the buffer; false from `fill` means that nothing more
  /// will come. Ranges given before are void.
  mutating func refill(_ fill: (inout [UInt8]) throws(SystemFailure) -> Bool) throws(SystemFailure)
  {
    buffer.removeFirst(start)
    scanned -= start
    start = 0
    if try !fill(&buffer) { isAtEnd = true }
  }

  /// The next line that is complete, or nil: then ``refill(_:)``, or the end has come.
  mutating func next() -> Line? {
    while true {
      let feed = firstLineFeed()
      guard let end = feed ?? (isAtEnd && start < buffer.count ? buffer.count : nil) else {
        return giveUpOnLongLine()
      }
      let range = start..<end
      start = feed == nil ? end : end + 1
      scanned = start
      if isSkipping {
        isSkipping = false
        continue
      }
      lineNumber += 1
      return range.count > Self.lineBytesMax ? .tooLong : .whole(range)
    }
  }

  /// Everything has been read and taken.
  var isFinished: Bool { isAtEnd && start == buffer.count }

  private mutating func firstLineFeed() -> Int? {
    let found = Self.lineFeed(buffer.span, from: scanned)
    scanned = found ?? buffer.count
    return found
  }

  private static func lineFeed(_ bytes: Span<UInt8>, from start: Int) -> Int? {
    var index = start
    while index < bytes.count {
      if bytes[index] == 0x0A { return index }
      index += 1
    }
    return nil
  }

  /// An unfinished line that is too long is dropped as it comes in; only the first time is told.
  private mutating func giveUpOnLongLine() -> Line? {
    guard isSkipping || buffer.count - start > Self.lineBytesMax else { return nil }
    start = buffer.count
    scanned = start
    guard !isSkipping else { return nil }
    isSkipping = true
    lineNumber += 1
    return .tooLong
  }
}
