// SPDX-License-Identifier: Apache-2.0
internal import Proto
internal import Protobuf
internal import Shard

/// Puts an answer together from its messages, checking everything. Whatever the bytes are, the
/// outcome is an answer or an ``AnswerFault``.
public struct AnswerReader {
  private var head: AnswerHead?
  private var sections: [AnswerSection] = []
  /// The section that is being read, without its rows.
  private var open: AnswerSection?
  private var columns = ColumnsReader()
  private var byteCount = 0

  /// Nothing read yet.
  public init() {}

  /// Nothing was read yet.
  public var isEmpty: Bool { byteCount == 0 }

  /// Takes the next message, a serialized `telemetry.peer.v1.ReportPart`. O(bytes).
  public mutating func received(_ message: [UInt8]) throws(AnswerFault) {
    byteCount += message.count
    guard byteCount <= RouterLimits.answerBytesMax else { throw .tooLarge }
    let bytes = unsafe message.span.bytes
    let fields: PartFields
    do {
      fields = try PartFields(bytes)
    } catch {
      throw .malformed(error)
    }
    guard (fields.head != nil) == (head == nil) else { throw .headMisplaced }
    if let message = fields.head { head = try AnswerHead(message) }
    if let section = fields.section { try begin(section) }
    guard let range = fields.columns else { return }
    guard open != nil else { throw .sectionMissing }
    try columns.read(bytes, range)
  }

  /// The answer, once its last message was taken.
  public consuming func finish() throws(AnswerFault) -> PeerAnswer {
    endSection()
    guard let head else { throw .headMisplaced }
    let answer = PeerAnswer(head: head, sections: sections)
    guard answer.ownSection != nil else { throw .ownSectionMissing }
    return answer
  }

  private mutating func begin(_ message: ReportSection) throws(AnswerFault) {
    let next = try NodeIdentity(checked: message.origin)
    endSection()
    guard sections.count < RouterLimits.answerSectionsMax,
      !sections.contains(where: { $0.origin == next })
    else { throw .sectionRepeated }
    var section = AnswerSection(origin: next, report: PartialReport())
    guard message.includes.count <= RouterLimits.includedMax else { throw .tooLarge }
    for life in message.includes { section.includes.append(try NodeIdentity(checked: life)) }
    open = section
  }

  private mutating func endSection() {
    guard var section = open.take() else { return }
    section.report = columns.take()
    sections.append(section)
  }
}

/// The fields of a `ReportPart`, the columns where they lie.
private struct PartFields {
  var head: ReportHead?
  var section: ReportSection?
  var columns: Range<Int>?

  init(_ bytes: RawSpan) throws(DecodingError) {
    var reader = WireReader(0..<bytes.byteCount)
    while let tag = try reader.readTag(bytes) {
      let isKnown =
        switch tag.field {
        case 1:
          try reader.decodeOptional(&head, as: MessageField<ReportHead>.self, tag, bytes)
        case 2:
          try reader.decodeOptional(&section, as: MessageField<ReportSection>.self, tag, bytes)
        case 3 where tag.wireType == .lengthDelimited && columns == nil: true
        default: false
        }
      if isKnown && tag.field == 3 { columns = try reader.readLengthDelimited(bytes) }
      if !isKnown { try reader.skip(tag, bytes) }
    }
  }
}
