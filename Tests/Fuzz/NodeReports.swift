// SPDX-License-Identifier: Apache-2.0
internal import Proto
internal import Protobuf

@testable import Node

/// Any bytes as a page of a summary, and as an update of a live report: what the generated decoders
/// take is read, no series is lost, and it can be shown; what they refuse is refused, too.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzNodeReports(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  let bytes = [UInt8](UnsafeBufferPointer(start: start, count: count))
  if let (page, twin) = both(
    Result { try ReportReader.read(bytes) }, Result { try Report(decoding: bytes) })
  {
    precondition(page.summary.asOf == twin.asOf && page.nextPageToken == twin.nextPageToken)
    precondition(page.summary.rows.count >= twin.series.count + twin.metrics.count)
    for form in SummaryFormat.allCases { _ = SummaryText.write(page.summary, as: form) }
    var model = WatchModel(sort: .max)
    model.answered(page.summary, recent: page.summary)
    precondition(model.screen(target: "t", columns: 80, rows: 24, limit: nil).count <= 24)
  }
  var table = LiveTable()
  let update = Result { try table.apply(bytes) }
  if let (_, twin) = both(update, Result { try MetricUpdate(decoding: bytes) }) {
    let names = Set(twin.changed.map(SeriesName.init))
    precondition(table.summary.rows.count >= names.count, "rows are lost")
    _ = SummaryText.write(table.summary, as: .table)
  }
  return 0
}

/// What was read, if both have; else both must have failed, but for texts, and for how deep a
/// message lies in others.
private func both<Read, Twin>(
  _ read: Result<Read, any Error>, _ twin: Result<Twin, any Error>
) -> (Read, Twin)? {
  switch (read, twin) {
  case (.success(let read), .success(let twin)): return (read, twin)
  case (.failure, .success): preconditionFailure("only the reader rejects it")
  case (.success, .failure(let error as DecodingError)):
    precondition(
      error.reason == .stringNotUTF8 || error.reason == .nestedTooDeep,
      "only the decoder rejects it: \(error)")
  default: break
  }
  return nil
}

/// Name and labels by their bytes.
private struct SeriesName: Hashable {
  let metric: [UInt8]
  let labels: [[UInt8]: [UInt8]]

  init(_ report: SeriesReport) {
    metric = Array(report.metric.utf8)
    labels = Dictionary(
      uniqueKeysWithValues: report.labels.map { (Array($0.key.utf8), Array($0.value.utf8)) })
  }
}
