// SPDX-License-Identifier: Apache-2.0

/// How a name's values follow each other.
enum BenchValues: String, Sendable, CaseIterable {
  /// Each is any number from 1 to 1000.
  case random
  /// Each name keeps the number that it began with.
  case constant
  /// Each name counts on from the whole number that it began with.
  case step

  /// The value of a name's points.
  ///
  /// - Parameters:
  ///   - start: what the name begins with, from 1 to 1000.
  ///   - visit: how many points the name had before.
  /// - Returns: never zero: a zero value would be left out and the message be shorter.
  func value(start: Double, visit: Int, using random: inout BenchRandom) -> Double {
    switch self {
    case .random: Double.random(in: 1..<1000, using: &random)
    case .constant: start
    case .step: start.rounded() + Double(visit)
    }
  }
}
