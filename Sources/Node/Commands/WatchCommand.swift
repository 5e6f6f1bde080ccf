// SPDX-License-Identifier: Apache-2.0
import Glibc
import RPC

/// `tributary watch`: follows a node's live report, and shows it in place.
struct WatchCommand: Command {
  private var target = Target.standard
  private var filter = SummaryFilter()
  private var sort = SortKey.name
  private var limit: Int?
  private var interval = Duration.seconds(2)
  private var count: Int?

  init() {}

  static let signals = [SIGINT, SIGTERM, SIGWINCH]

  static let syntax = Syntax<WatchCommand>(
    command: "watch", summary: "show the statistics live, with sparklines",
    flags: [
      Target.flag(\.target),
      Flag(
        "interval", \.interval, .duration(.milliseconds(100)...(.seconds(3600))),
        "time between reports"),
      Flag(optional: "count", \.count, .count(1...Int.max), "end after so many reports"),
      Flag("sort", \.sort, .oneOf("COLUMN"), "order: names ascending, numbers descending"),
      Flag(optional: "limit", \.limit, .count(1...Int.max), "show so many series at most"),
    ] + SummaryFilter.flags.map { $0.lifted(\.filter) },
    operand: SummaryFilter.operand.lifted(\.filter),
    notes: """
      A series is shown when any selector, name, prefix or glob chooses it.
      Sparklines are averages of the last slice, one a report. RATE/S is points a second in that
      slice. Without a terminal the summary is printed every interval. Ctrl-C ends it.
      """)

  func run() async throws -> ExitCode {
    try filter.check()
    let arrivals = Signals.arrivals(Self.signals)
    let screen = Screen(Output.standardOutput)
    screen.enter()
    defer { screen.leave() }
    return try await Target.withClient(target) { client in
      try await withThrowingTaskGroup(of: ExitCode?.self) { tasks in
        let painter = WatchPainter(screen: screen, target: target, sort: sort, limit: limit)
        tasks.addTask { try await follow(client, painter) }
        tasks.addTask {
          for await number in arrivals {
            guard number == SIGWINCH else { return .success }
            await painter.paint()
          }
          return nil
        }
        defer { tasks.cancelAll() }
        return try await tasks.next() ?? .success
      } ?? .success
    }
  }

  /// Follows until the count is reached or the task is cancelled. What breaks before the first
  /// report is an error; later the screen says so, and it is begun anew.
  private func follow(_ client: NodeClient, _ painter: WatchPainter) async throws -> ExitCode? {
    await painter.paint()
    var done = 0
    while true {
      do {
        try await follow(client, painter, &done)
        return .success
      } catch {
        guard done > 0, !Task.isCancelled else { throw error }
        await painter.failed(Failure.text(error))
        await client.renew()
      }
      do { try await Task.sleep(for: interval) } catch { return nil }
    }
  }

  /// Follows two reports in step, over the whole window and over the last slice alone, until the
  /// count is reached.
  private func follow(
    _ client: NodeClient, _ painter: WatchPainter, _ done: inout Int
  ) async throws {
    var whole = try await client.live(filter, every: interval)
    var summary = try await whole.next()
    var recent = filter
    recent.windowSeconds = max(1, min(summary.resolutionSeconds, summary.windowSeconds))
    var latest = try await client.live(recent, every: interval)
    while true {
      await painter.answered(summary, recent: try await latest.next())
      done += 1
      if let count, done >= count { return }
      summary = try await whole.next()
    }
  }
}

/// Holds what `watch` knows, and paints it.
private actor WatchPainter {
  private let screen: Screen
  private let target: HostPort
  private let limit: Int?
  private let sort: SortKey
  private var model: WatchModel

  init(screen: Screen, target: HostPort, sort: SortKey, limit: Int?) {
    self.screen = screen
    self.target = target
    self.limit = limit
    self.sort = sort
    model = WatchModel(sort: sort)
  }

  func answered(_ summary: Summary, recent: Summary) {
    if screen.isTerminal {
      model.answered(summary, recent: recent)
      paint()
    } else {
      var shown = summary
      shown.rows = Array(summary.rows.sorted(by: sort).prefix(limit ?? .max))
      Output.standardOutput.write(SummaryText.write(shown, as: .table) + "\n")
    }
  }

  func failed(_ reason: String) {
    if screen.isTerminal {
      model.failed(reason)
      paint()
    } else {
      Output.standardError.write("tributary watch: \(Printable.line(reason))\n")
    }
  }

  func paint() {
    let (columns, rows) = screen.size
    screen.paint(
      model.screen(target: target.description, columns: columns, rows: rows, limit: limit))
  }
}
