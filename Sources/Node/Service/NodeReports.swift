// SPDX-License-Identifier: Apache-2.0
import Proto
import Router
import Shard

import struct Router.NodeIdentity

/// What this node alone has to say to a question: its shards' series, and what it holds for others.
struct NodeReports: Sendable {
  let shards: [Aggregator]
  /// What others have handed over to it.
  var held: HeldSections = { _, _ in [] }

  /// Asks every shard at once.
  func ask(_ request: ReportRequest, asOf: Int64) async -> PartialReport {
    await withTaskGroup(of: (Int, PartialReport).self) { group in
      for (index, shard) in shards.enumerated() {
        group.addTask { (index, await shard.report(request, now: asOf)) }
      }
      var reports = ShardReports(Placement(shards: shards.count))
      for await (index, report) in group { reports.add(report, of: index) }
      return reports.merged()
    }
  }

  /// The node's own section, then those that it holds.
  ///
  /// - Parameter head: read before, so that what it says was departed is held wholly.
  func answer(
    _ head: AnswerHead, _ request: ReportRequest, asOf: Int64, cut: SectionCut? = nil
  ) async -> PeerAnswer {
    async let others = held(request, asOf)
    let own = await ask(request, asOf: asOf)
    var sections = [AnswerSection(origin: head.node, report: own)]
    sections += (await others).filter { $0.origin != head.node }
    for index in sections.indices {
      if let cut { sections[index].report = cut.applied(to: sections[index].report) }
    }
    return PeerAnswer(head: head, sections: sections)
  }
}

/// Which rows of a section a page needs: its first so many, by their keys, behind a key. What is
/// among the first rows of all sections together is among the first of each that has it.
struct SectionCut: Sendable {
  /// One more than the page shows, so that it is known whether another follows.
  var rowsMax: Int
  var after: PagePosition?

  /// What a page of `pageSize` behind a position needs.
  init(pageSize: Int, after position: PagePosition?) {
    rowsMax = pageSize == .max ? .max : pageSize + 1
    after = position
  }

  /// What a peer asks for; nil: all rows.
  init?(_ question: ReportQuestion) {
    guard question.pageSize > 0 else { return nil }
    rowsMax = Int(question.pageSize)
    after = question.afterName.isEmpty ? nil : PagePosition(key: question.afterName)
  }

  /// The rows that are needed. O(rows).
  func applied(to report: PartialReport) -> PartialReport {
    guard report.count > rowsMax || after != nil else { return report }
    return report.selecting(ReportPage(of: report, size: rowsMax, after: after).rows)
  }
}
