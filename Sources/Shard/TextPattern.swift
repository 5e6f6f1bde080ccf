// SPDX-License-Identifier: Apache-2.0

/// A pattern over whole values of labels. Shards do not know which kinds of patterns there are:
/// who asks brings them.
public protocol TextPattern: Sendable {
  /// What one scan matches with.
  func makeMatcher() -> any TextMatcher
}

/// A ``TextPattern`` in use by one scan, and so by one thread at a time.
public protocol TextMatcher: AnyObject {
  /// Whether the pattern matches all of `text`. Who gives up on a match says no, and remembers.
  func matches(_ text: UnsafeRawBufferPointer) -> Bool
}
