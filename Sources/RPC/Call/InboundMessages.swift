// SPDX-License-Identifier: Apache-2.0

/// Received messages on their way to a task that takes them one at a time. They wait as they came:
/// compressed ones are opened when they are taken, so that what waits is never larger than the
/// flow-control window that it fills.
struct InboundMessages {
  typealias Reader = CheckedContinuation<ReceivedMessage?, any Error>

  /// A message that waits.
  struct Held {
    var bytes: [UInt8]
    var isCompressed: Bool
    /// Flow-control credit that is free again once it is taken.
    var windowBytes: Int
  }

  /// What becomes of a message that came.
  enum OnPush {
    case queued
    /// A reader waits for it.
    case wanted(Reader)
    /// Nobody will take it.
    case unwanted
  }

  /// What taking gives.
  enum OnTake {
    case message(Held)
    case end
    case failure(any Error)
    /// Nothing is here yet.
    case wait
  }

  private enum End {
    case open
    case ended
    case failed(any Error)
  }

  private var queue: [Held] = []
  private var head = 0
  private var end = End.open
  private var reader: Reader?
  /// The ticket of the next reader that waits.
  private(set) var nextTicket = 0

  /// Messages that wait.
  var count: Int { queue.count - head }

  /// A message came.
  mutating func push(_ message: Held) -> OnPush {
    if let reader {
      self.reader = nil
      return .wanted(reader)
    }
    guard case .open = end else { return .unwanted }
    queue.append(message)
    return .queued
  }

  /// No message follows those that are here.
  mutating func finish() {
    guard case .open = end else { return }
    end = .ended
    reader?.resume(returning: nil)
    reader = nil
  }

  /// No message follows those that are here, which go too when `dropping`: who asks for more gets
  /// the error. Means nothing to the reader after ``finish()``.
  ///
  /// - Returns: credit of the messages that were dropped.
  mutating func fail(_ error: any Error, dropping: Bool) -> Int {
    if case .open = end {
      end = .failed(error)
      reader?.resume(throwing: error)
      reader = nil
    }
    return dropping ? drop() : 0
  }

  /// Throws away the messages that are here.
  ///
  /// - Returns: their credit.
  mutating func drop() -> Int {
    let credit = queue[head...].reduce(0) { $0 + $1.windowBytes }
    queue = []
    head = 0
    return credit
  }

  /// Takes the next message if there is one.
  mutating func take() -> OnTake {
    if head < queue.count {
      let message = queue[head]
      queue[head].bytes = []
      head += 1
      if head == queue.count {
        queue.removeAll(keepingCapacity: queue.count <= 64)
        head = 0
      }
      return .message(message)
    }
    switch end {
    case .open: return .wait
    case .ended: return .end
    case .failed(let error): return .failure(error)
    }
  }

  /// Leaves a reader that wants what ``take()`` did not have.
  mutating func wait(_ reader: Reader) {
    precondition(self.reader == nil, "a call's messages are taken by one task at a time")
    self.reader = reader
    nextTicket += 1
  }

  /// Lets a reader go, whose task was cancelled; by then it may have its message, and another wait.
  mutating func abandonReader(_ ticket: Int) {
    guard ticket + 1 == nextTicket else { return }
    reader?.resume(throwing: CancellationError())
    reader = nil
  }
}
