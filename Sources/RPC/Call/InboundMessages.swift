// SPDX-License-Identifier: Apache-2.0

/// Received messages on their way to a task that takes them one at a time.
struct InboundMessages {
  /// What taking gives.
  enum OnTake {
    /// A message; so many bytes of flow-control credit are free again.
    case message(ReceivedMessage, windowBytes: Int)
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

  private var queue: [(message: ReceivedMessage, windowBytes: Int)] = []
  private var head = 0
  private var end = End.open
  private var reader: CheckedContinuation<ReceivedMessage?, any Error>?

  /// Messages that wait.
  var count: Int { queue.count - head }

  /// Adds a message, or gives it to the reader that waits for it.
  ///
  /// - Returns: credit to give back at once.
  mutating func push(_ message: ReceivedMessage, windowBytes: Int) -> Int {
    if let reader {
      self.reader = nil
      reader.resume(returning: message)
      return windowBytes
    }
    guard case .open = end else { return windowBytes }
    queue.append((message, windowBytes))
    return 0
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
      let (message, windowBytes) = queue[head]
      head += 1
      if head == queue.count {
        queue.removeAll(keepingCapacity: queue.count <= 64)
        head = 0
      }
      return .message(message, windowBytes: windowBytes)
    }
    switch end {
    case .open: return .wait
    case .ended: return .end
    case .failed(let error): return .failure(error)
    }
  }

  /// Leaves a reader that wants what ``take()`` did not have.
  mutating func wait(_ reader: CheckedContinuation<ReceivedMessage?, any Error>) {
    precondition(self.reader == nil, "a call's messages are taken by one task at a time")
    self.reader = reader
  }

  /// Lets the reader go, whose task was cancelled.
  mutating func abandonReader() {
    reader?.resume(throwing: CancellationError())
    reader = nil
  }
}
