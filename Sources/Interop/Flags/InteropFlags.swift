// SPDX-License-Identifier: Apache-2.0

/// The command line of an interoperability program: `--name=value`, `--name value`, and the same
/// with one dash, which is how the official programs of the several languages are called.
public struct InteropFlags: Sendable {
  /// What is wrong with a command line.
  public struct Failure: Error, Sendable, Hashable, CustomStringConvertible {
    /// For people.
    public let description: String

    /// Says it.
    public init(_ description: String) { self.description = description }
  }

  private var values: [String: String] = [:]

  /// Reads a command line.
  ///
  /// - Parameters:
  ///   - arguments: without the program's name.
  ///   - valued: flags that have a value.
  ///   - switches: flags that are true or false; alone they are true.
  public init(
    _ arguments: [String], valued: Set<String>, switches: Set<String>
  ) throws(Failure) {
    var rest = arguments[...]
    while let argument = rest.popFirst() {
      guard argument.hasPrefix("-") else {
        throw Failure("\(argument) is no flag")
      }
      let parts = argument.drop { $0 == "-" }.split(
        separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      let name = parts.first.map(String.init) ?? ""
      if parts.count == 2 {
        guard valued.contains(name) || switches.contains(name) else {
          throw Failure("there is no flag \(argument)")
        }
        values[name] = String(parts[1])
      } else if switches.contains(name) {
        let isFollowed = rest.first.map { Self.truth[$0.lowercased()] != nil } ?? false
        values[name] = isFollowed ? rest.removeFirst() : "true"
      } else if valued.contains(name) {
        guard let value = rest.popFirst() else {
          throw Failure("--\(name) needs a value")
        }
        values[name] = value
      } else {
        throw Failure("there is no flag \(argument)")
      }
    }
  }

  /// The text of a flag; nil when it was not given.
  public subscript(name: String) -> String? { values[name] }

  /// A flag that is true or false.
  public func isOn(_ name: String, default standard: Bool = false) throws(Failure) -> Bool {
    guard let text = values[name] else { return standard }
    guard let value = Self.truth[text.lowercased()] else {
      throw Failure("--\(name) is true or false, not \(text)")
    }
    return value
  }

  /// A flag that is a TCP port.
  public func port(_ name: String, default standard: Int) throws(Failure) -> Int {
    guard let text = values[name] else { return standard }
    guard let value = Int(text), (0...65535).contains(value) else {
      throw Failure("--\(name) is a port from 0 to 65535, not \(text)")
    }
    return value
  }

  private static let truth = ["true": true, "false": false, "1": true, "0": false]
}
