// SPDX-License-Identifier: Apache-2.0
import Router

/// What the bench does.
struct BenchPlan: Sendable {
  var connections = 1
  /// Streams at a time on each connection.
  var streams = 1
  /// Points of the measured part, over all streams.
  var points = 10_000_000
  /// Different names.
  var metrics = 1000
  /// Label sets of each name; 0: points have no labels.
  var labels = 0
  /// Of 100 points so many carry the first name, over all its label sets; 0: no more than others.
  var hotPercent = 0
  /// Whose names they are; empty: anybody's.
  var owners: [NodeID] = []
  var values = BenchValues.random
  /// By which call points are sent.
  var rpc = BenchCall.points
  /// Points in one batch.
  var batchPoints = 8192
  /// Points in one DATA frame; 0: packed.
  var messagesPerFrame = 0
  /// Points before the measured part.
  var warmUpPoints = 1_000_000
  /// Streams of one point, and summaries, on the quiet node afterwards.
  var acks = 200
  var summaries = 200
  /// Pause between summaries while loading; nil: none are asked.
  var summaryEvery: Duration?
  /// The client's event loops.
  var loops = 1

  /// The flags of these.
  static let flags: [Flag<BenchPlan>] = [
    Flag("connections", \.connections, .count(1...10_000), "connections"),
    Flag("streams", \.streams, .count(1...10_000), "streams at a time on each connection"),
    Flag(
      "points", \.points, .count(1...100_000_000_000), "points to measure with, over all streams"),
    Flag("metrics", \.metrics, .count(1...10_000_000), "different metric names"),
    Flag("labels", \.labels, .count(0...1_000_000), "label sets of each name; 0: no labels"),
    Flag("hot-percent", \.hotPercent, .count(0...99), "points of 100 that carry one name; 0: even"),
    Flag(
      list: "owner", \.owners, .nodeID("ID"),
      "only names that belong to this node of the cluster, or to another one given"),
    Flag("values", \.values, .oneOf("KIND"), "how the values of a name follow each other"),
    Flag("rpc", \.rpc, .oneOf("CALL"), "the call that points are sent by"),
    Flag("batch-points", \.batchPoints, .count(1...65_536), "points in a batch"),
    Flag(
      "messages-per-frame", \.messagesPerFrame, .count(0...1638),
      "points in a DATA frame; 0: packed"),
    Flag("warm-up-points", \.warmUpPoints, .count(0...100_000_000_000), "points before measuring"),
    Flag("acks", \.acks, .count(0...1_000_000), "streams of one point to time afterwards"),
    Flag("summaries", \.summaries, .count(0...1_000_000), "summaries to time afterwards"),
    Flag(
      "summary-every", \.summaryEvery,
      ValueKind<Duration>.duration(.zero...(.seconds(3600))).or("off"),
      "pause between summaries to time while loading"),
    Flag("loops", \.loops, .count(1...1024), "event loops of the client"),
  ]

  /// The points of one stream, so that all streams together send `total`.
  func share(of total: Int, stream: Int) -> Int {
    let count = connections * streams
    return total / count + (stream < total % count ? 1 : 0)
  }
}
