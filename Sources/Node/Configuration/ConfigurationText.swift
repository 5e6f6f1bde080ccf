// SPDX-License-Identifier: Apache-2.0

/// Reads a configuration text: one flat YAML mapping whose keys are the flags' names.
///
/// Unknown keys, keys given twice, values of a wrong kind, nesting, aliases and further documents
/// are errors that name their place. An empty text changes nothing.
struct ConfigurationText<Options> {
  /// The keys that may occur.
  let flags: [Flag<Options>]
  /// The name that errors carry.
  let file: String

  /// Sets in `options` what the text says.
  ///
  /// - Returns: where the values stand, by key.
  @discardableResult
  func read(_ bytes: [UInt8], into options: inout Options) throws(ConfigurationError)
    -> [String: TextPosition]
  {
    var values: [String: TextPosition] = [:]
    let events = YAMLEvents(bytes)
    var (event, position) = try next(events)
    guard event != .streamEnd else { return values }
    (event, position) = try next(events)
    if event == .mappingStart {
      values = try readMapping(events, into: &options)
    } else if event != .scalar("") {
      throw error(position, "expected keys and values, such as `listen: 127.0.0.1:50051`")
    }
    (event, position) = try next(events)
    guard event == .streamEnd else {
      throw error(position, "only one document is expected; take the `---` away")
    }
    return values
  }

  private func readMapping(_ events: borrowing YAMLEvents, into options: inout Options)
    throws(ConfigurationError) -> [String: TextPosition]
  {
    var lines: [String: Int] = [:]
    var values: [String: TextPosition] = [:]
    while true {
      let (event, position) = try next(events)
      if event == .mappingEnd { return values }
      guard case .scalar(let key) = event else {
        throw error(position, "a key must be a plain word")
      }
      guard let flag = flags.first(where: { $0.name == key }) else {
        throw error(
          position,
          "unknown key \(key)" + NearestName.suggestion(key, among: flags.map(\.name)))
      }
      if let line = lines[key] {
        throw error(position, "\(key) is given twice; first in line \(line)")
      }
      lines[key] = position.line
      values[key] = try readValue(of: flag, events, into: &options)
    }
  }

  private func readValue(
    of flag: Flag<Options>, _ events: borrowing YAMLEvents, into options: inout Options
  ) throws(ConfigurationError) -> TextPosition {
    let (event, position) = try next(events)
    let found: String
    switch event {
    case .scalar(let text):
      if flag.set(&options, text) { return position }
      if let problem = flag.explain(text) { throw error(position, "\(flag.name): \(problem)") }
      found = text.isEmpty ? "nothing" : "'\(text)'"
    case .mappingStart: found = "a mapping"
    case .sequenceStart: found = "a list"
    case .alias: found = "an alias"
    default: found = "no value"
    }
    throw error(position, "\(flag.name): expected \(flag.expected), found \(found)")
  }

  private func next(_ events: borrowing YAMLEvents) throws(ConfigurationError)
    -> (event: YAMLEvent, position: TextPosition)
  {
    do {
      return try events.next()
    } catch {
      throw self.error(error.position, error.message)
    }
  }

  private func error(_ position: TextPosition, _ message: String) -> ConfigurationError {
    ConfigurationError(
      file: file, line: position.line, column: position.column, message: message)
  }
}
