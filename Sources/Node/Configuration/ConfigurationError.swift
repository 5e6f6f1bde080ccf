// SPDX-License-Identifier: Apache-2.0

/// What is wrong with a configuration file, and where. Lines and columns count from 1.
struct ConfigurationError: Error, Hashable, CustomStringConvertible {
  /// The name of the file as it was given.
  var file: String
  var line: Int
  var column: Int
  var message: String

  var description: String { "\(file):\(line):\(column): \(message)" }
}
