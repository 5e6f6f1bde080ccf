// SPDX-License-Identifier: Apache-2.0
import Proto
import Protobuf
import Testing

@testable import Node

@Suite("Names that only look the same")
struct ExactNameTests {
  private static let composed = "caf\u{E9}"
  private static let decomposed = "cafe\u{301}"

  @Test("are two series from the client to the report and back")
  func summary() async throws {
    try await TestNode.run { client in
      var frames = PointFrames()
      frames.append(name: Self.composed, value: 1, time: 0)
      frames.append(name: Self.decomposed, value: 2, time: 0)
      #expect(try await client.push(frames.bytes).pointsReceived == 2)
      let filter = SummaryFilter(names: [Self.composed, Self.decomposed])
      for filter in [SummaryFilter(), filter] {
        let rows = try await client.summary(filter).rows
        #expect(Set(rows.map { Array($0.name.utf8) }).count == 2)
        #expect(rows.map(\.sum).sorted() == [1, 2])
      }
    }
  }

  @Test("a quote with a mark on it is doubled in CSV and escaped in the log")
  func quotes() {
    let row = SeriesRow(name: "a\"\u{301},", count: 1, sum: 1, avg: 1, min: 1, max: 1)
    let summary = Summary(rows: [row], asOf: 0, windowSeconds: 60, resolutionSeconds: 1)
    #expect(SummaryText.write(summary, as: .csv).utf8.contains("\"a\"\"\u{301},\",1,".utf8))
    let record = LogRecord(
      level: .info, message: "m", fields: ["k": "a\"\u{301} b"], time: WallTime(nanoseconds: 0))
    #expect(LogLine.write(record, as: .text).utf8.contains("k=\"a\\\"\u{301} b\"\n".utf8))
  }

  @Test("a report cut anywhere is an error or a shorter report, never a trap")
  func cuts() throws {
    var report = WireWriter.encode { writer in
      writer.writeNested(field: 1) { entry in
        entry.write("name", as: StringField.self, field: 1)
        entry.writeNested(field: 2) { $0.write(3, as: Int64Field.self, field: 1) }
      }
      writer.write("next", as: StringField.self, field: 2)
      writer.write(77, as: Int64Field.self, field: 3)
    }
    let page = try ReportReader.read(report)
    #expect(page.nextPageToken == "next" && page.summary.asOf == 77)
    #expect(page.summary.rows.map(\.name) == ["name"] && page.summary.rows[0].count == 3)
    while report.popLast() != nil { _ = try? ReportReader.read(report) }
  }
}
