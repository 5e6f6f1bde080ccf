// SPDX-License-Identifier: Apache-2.0

/// The form of the bench's result.
enum BenchFormat: String, Sendable, CaseIterable {
  case text
  case json
}

/// What a run of the bench measured.
struct BenchResult: Sendable {
  var connections: Int
  var streams: Int
  var metrics: Int
  var pointBytes: Int
  /// Points that the node acknowledged in the measured part.
  var received: Int64
  /// Points that it rejected.
  var rejected: Int64
  var seconds: Double
  /// Processor seconds of the node; nil: it is not on this machine.
  var serverSeconds: Double?
  var clientSeconds: Double
  /// From the end of a loading stream to its Ack, seconds.
  var streamAcks: PercentileRecorder
  /// From the opening of a stream of one point to its Ack, on a quiet node, seconds.
  var acks: PercentileRecorder
  /// Summaries while loading, seconds.
  var loadedSummaries: PercentileRecorder
  /// Summaries of a quiet node, seconds.
  var summaries: PercentileRecorder
  /// Bytes of the largest summary.
  var summaryBytes: Int

  /// Points a second that the node took.
  var pointsPerSecond: Double { Double(received) / max(seconds, 1e-9) }

  private var millions: Double { max(Double(received + rejected) / 1e6, 1e-9) }

  private var latencies: [(title: String, key: String, PercentileRecorder)] {
    [
      ("stream end to Ack", "stream_ack", streamAcks), ("one point to Ack", "ack", acks),
      ("Summary under load", "summary_loaded", loadedSummaries), ("Summary", "summary", summaries),
    ]
  }

  /// The result as text, which ends in a line feed.
  func text(_ format: BenchFormat) -> String {
    switch format {
    case .text: people
    case .json: json
    }
  }

  private var people: String {
    var lines = [
      "\(NumberText.human(Double(received))) points of \(pointBytes) B over \(connections) x "
        + "\(streams) streams, \(metrics) metrics, in \(NumberText.fixed(seconds, 3)) s"
        + (rejected > 0 ? "; REJECTED \(rejected)" : ""),
      "  throughput          \(NumberText.human(pointsPerSecond)) points/s",
      "  node CPU            "
        + (serverSeconds.map { "\(NumberText.fixed($0 / millions, 4)) s per million points" }
          ?? "not known: the node is not on this machine, or not ours (--server-pid)"),
      "  client CPU          \(NumberText.fixed(clientSeconds / millions, 4)) s per million points",
    ]
    for (title, _, recorder) in latencies where recorder.count > 0 {
      let values = recorder.percentiles([50, 90, 99, 100]).map(NumberText.latency)
      let padded = title + String(repeating: " ", count: 20 - title.count)
      lines.append(
        "  \(padded)p50 \(values[0])  p90 \(values[1])  p99 \(values[2])  max \(values[3])"
          + "  (n=\(recorder.count))")
    }
    return lines.joined(separator: "\n") + "\n"
  }

  private var json: String {
    var writer = JSONWriter()
    writer.object { result in
      result.member("connections", connections)
      result.member("streams_per_connection", streams)
      result.member("metrics", metrics)
      result.member("point_bytes", pointBytes)
      result.member("points_received", received)
      result.member("points_rejected", rejected)
      result.member("seconds", seconds)
      result.member("points_per_second", pointsPerSecond)
      if let serverSeconds {
        result.member("server_cpu_seconds_per_million", serverSeconds / millions)
      }
      result.member("client_cpu_seconds_per_million", clientSeconds / millions)
      result.member("summary_bytes", summaryBytes)
      for (_, key, recorder) in latencies where recorder.count > 0 {
        let values = recorder.percentiles([50, 90, 99, 99.9, 100])
        result.member("\(key)_seconds") { object in
          object.member("count", recorder.count)
          for (name, value) in zip(["p50", "p90", "p99", "p999", "max"], values) {
            object.member(name, value)
          }
        }
      }
    }
    return writer.text + "\n"
  }
}
