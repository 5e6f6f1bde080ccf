// SPDX-License-Identifier: Apache-2.0

/// A wrong command line or configuration: one line for people. The program prints it on standard
/// error and ends with status 2.
struct UsageError: Error, Hashable {
  /// What is wrong and, where possible, what to do; no line breaks.
  let message: String
  /// Lines to be shown below, such as a text and a caret under its fault.
  let excerpt: [String]

  /// Makes an error.
  init(_ message: String, excerpt: [String] = []) {
    self.message = message
    self.excerpt = excerpt
  }
}
