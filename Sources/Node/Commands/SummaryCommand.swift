// SPDX-License-Identifier: Apache-2.0
import Proto

/// `tributary summary`: asks a node once and prints the answer.
struct SummaryCommand: Command {
  private var target = Target.standard
  private var filter = SummaryFilter()
  private var format = SummaryFormat.table

  init() {}

  static let syntax = Syntax<SummaryCommand>(
    command: "summary", summary: "print the statistics of a node's or its cluster's window",
    flags: [
      Target.flag(\.target),
      Flag("format", \.format, .oneOf("FORMAT"), "form of the output"),
      Flag("strict", \.filter.isStrict, "fail rather than print what is not complete"),
    ] + (SummaryFilter.questionFlags + SummaryFilter.flags).map { $0.lifted(\.filter) },
    operand: SummaryFilter.operand.lifted(\.filter),
    notes: """
      A series is chosen when any selector, name, prefix or glob chooses it. A table has some
      columns, or those of --statistics; JSON and CSV have all, in full precision. JSON is an
      object with `metrics`, from name to statistics, and `series`, a list of those with labels,
      of groups and of rows in an order; quantiles are off by at most `quantile_error` of
      themselves. `complete` says whether all nodes that hold points are in it and none keeps
      points for another, `nodes` how each answered. A table says below what is missing, CSV on
      standard error.

      examples:
        tributary summary 'cpu{host=~"web.*",env!="dev"}' --by region --sort p99 --top 10
        tributary summary --prefix cpu. --sort max --from -10m
        tributary summary --format json --window 5m
      """)

  func run() async throws -> ExitCode {
    try filter.check()
    var summary = try await Target.withClient(target) { try await $0.summary(filter) }
    if filter.order == .name { summary.rows = summary.rows.sorted(by: .name) }
    summary.statistics = Set(filter.statistics ?? [])
    Output.standardOutput.write(SummaryText.write(summary, as: format))
    if format == .csv, let note = summary.coverage?.note {
      Output.standardError.write("tributary summary: \(note)\n")
    }
    return .success
  }
}
