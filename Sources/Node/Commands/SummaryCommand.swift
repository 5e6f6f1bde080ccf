// SPDX-License-Identifier: Apache-2.0

/// `tributary summary`: asks a node once and prints the answer.
struct SummaryCommand: Command {
  private var target = Target.standard
  private var filter = SummaryFilter()
  private var format = SummaryFormat.table
  private var sort = SortKey.name
  private var limit: Int?

  init() {}

  static let syntax = Syntax<SummaryCommand>(
    command: "summary", summary: "print the statistics of a node's or its cluster's window",
    flags: [
      Target.flag(\.target),
      Flag("format", \.format, .oneOf("FORMAT"), "form of the output"),
      Flag("sort", \.sort, .oneOf("COLUMN"), "order: names ascending, numbers descending"),
      Flag(optional: "limit", \.limit, .count(1...Int.max), "print so many series at most"),
      Flag("strict", \.filter.isStrict, "fail rather than print what is not complete"),
    ] + SummaryFilter.flags.map { $0.lifted(\.filter) },
    notes: """
      A series is chosen when any name, prefix or glob chooses it. A table has some columns; JSON
      and CSV have all, in full precision. JSON is an object with `metrics`, from name to
      statistics, and `series`, a list of those with labels; quantiles are off by at most
      `quantile_error` of themselves. `complete` says whether all nodes that hold points are in
      it and none keeps points for another, `nodes` how each answered. A table says below what is
      missing, CSV on standard error.

      examples:
        tributary summary --prefix cpu. --sort max
        tributary summary --format json --window 5m
      """)

  func run() async throws -> ExitCode {
    var summary = try await Target.withClient(target) { try await $0.summary(filter) }
    summary.rows = Array(summary.rows.sorted(by: sort).prefix(limit ?? .max))
    Output.standardOutput.write(SummaryText.write(summary, as: format))
    if format == .csv, let note = summary.coverage?.note {
      Output.standardError.write("tributary summary: \(note)\n")
    }
    return .success
  }
}
