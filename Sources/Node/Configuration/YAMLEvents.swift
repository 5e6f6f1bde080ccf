// SPDX-License-Identifier: Apache-2.0
import CYAML

/// A place in a text; both count from 1.
struct TextPosition: Sendable, Hashable {
  var line: Int
  var column: Int
}

/// One step of a YAML text: the part of libyaml's events that a flat configuration needs.
enum YAMLEvent: Sendable, Hashable {
  case documentStart
  case mappingStart
  case mappingEnd
  case sequenceStart
  case sequenceEnd
  case scalar(String)
  case alias
  case streamEnd
}

/// Why a text is no YAML.
struct YAMLProblem: Error, Hashable {
  var position: TextPosition
  var message: String
}

/// Reads YAML events with libyaml. Owns the parser and a copy of the text, both freed at the end
/// of its life; the pointers inside never leave this file.
@safe struct YAMLEvents: ~Copyable {
  private let parser: UnsafeMutablePointer<yaml_parser_t>
  private let text: UnsafeMutableBufferPointer<UInt8>

  /// Starts at the beginning of a text in UTF-8 or UTF-16.
  init(_ bytes: [UInt8]) {
    unsafe parser = .allocate(capacity: 1)
    unsafe text = .allocate(capacity: max(1, bytes.count))
    _ = unsafe text.initialize(from: bytes)
    guard unsafe yaml_parser_initialize(parser) == 1 else { fatalError("libyaml: no memory") }
    unsafe yaml_parser_set_input_string(parser, text.baseAddress, bytes.count)
  }

  deinit {
    unsafe yaml_parser_delete(parser)
    unsafe parser.deallocate()
    unsafe text.deallocate()
  }

  /// The next event and where it starts. Events without meaning here are skipped.
  func next() throws(YAMLProblem) -> (event: YAMLEvent, position: TextPosition) {
    while true {
      var event = unsafe yaml_event_t()
      guard unsafe yaml_parser_parse(parser, &event) == 1 else { throw problem() }
      defer { unsafe yaml_event_delete(&event) }
      if let known = unsafe Self.meaning(event) {
        return (known, unsafe Self.position(event.start_mark))
      }
    }
  }

  private static func meaning(_ event: yaml_event_t) -> YAMLEvent? {
    switch unsafe event.type {
    case YAML_DOCUMENT_START_EVENT: .documentStart
    case YAML_MAPPING_START_EVENT: .mappingStart
    case YAML_MAPPING_END_EVENT: .mappingEnd
    case YAML_SEQUENCE_START_EVENT: .sequenceStart
    case YAML_SEQUENCE_END_EVENT: .sequenceEnd
    case YAML_ALIAS_EVENT: .alias
    case YAML_STREAM_END_EVENT: .streamEnd
    case YAML_SCALAR_EVENT:
      .scalar(
        unsafe String(
          decoding: UnsafeBufferPointer(
            start: event.data.scalar.value, count: event.data.scalar.length), as: UTF8.self))
    default: nil
    }
  }

  private static func position(_ mark: yaml_mark_t) -> TextPosition {
    TextPosition(line: mark.line + 1, column: mark.column + 1)
  }

  private func problem() -> YAMLProblem {
    let text = unsafe parser.pointee.problem.map { unsafe String(cString: $0) }
    return YAMLProblem(
      position: unsafe Self.position(parser.pointee.problem_mark),
      message: text ?? "this is no YAML")
  }
}
