// SPDX-License-Identifier: Apache-2.0
import Shard
import TestKit

/// What a report was asked for, and when.
struct ReportTerms {
  let request: ReportRequest
  /// The asked node's clock, Unix seconds.
  let asOf: Int64
  let shape: WindowShape

  /// Whether the slice of this time lies within the span that was asked for, if one was.
  func covers(_ time: Int64) -> Bool { begins(before: time) && !ends(before: time) }

  /// The span has ended when the slice of this time has.
  func ends(before time: Int64) -> Bool {
    request.to.map { sliceStart(time) + shape.resolutionSeconds - 1 > $0 } ?? false
  }

  /// Whether the last second of the slice of this time is out of the window that ends at `clock`.
  func hasExpired(_ time: Int64, by clock: Int64) -> Bool {
    let window = min(request.windowSeconds ?? .max, shape.windowSeconds)
    return sliceStart(time) + shape.resolutionSeconds - 1 <= clock - window
  }

  private func begins(before time: Int64) -> Bool {
    request.from.map { sliceStart(time) > $0 } ?? true
  }

  /// Whether the histogram may have a point of this time, which is not in the rest of the report:
  /// histograms are of groups of slices.
  ///
  /// - Parameter skew: how far clocks may be apart, seconds.
  func histogramReaches(_ time: Int64, skew: Int64) -> Bool {
    let span = shape.span(of: request, now: asOf - skew)
    let groupStart = time / shape.groupSeconds * shape.groupSeconds
    return time > span.quantilesFrom && request.to.map { groupStart <= $0 } ?? true
  }

  private func sliceStart(_ time: Int64) -> Int64 {
    time / shape.resolutionSeconds * shape.resolutionSeconds
  }
}

extension ReportTerms: CustomStringConvertible {
  var description: String {
    let bounds = [
      request.windowSeconds.map { "the last \($0) s" },
      request.from.map { "from \($0 - Scenario.epochSeconds)" },
      request.to.map { "to \($0 - Scenario.epochSeconds)" },
    ]
    let span = bounds.compactMap { $0 }.joined(separator: " ")
    return "as of \(asOf - Scenario.epochSeconds)" + (span.isEmpty ? "" : ", \(span)")
      + (request.wantsHistograms ? "" : ", no histograms")
  }
}

extension ReportRequest {
  /// One of the questions that clients ask: of all there is, of a shorter window or of a span;
  /// mostly with histograms.
  static func any(_ chance: inout SplitMix64, now: Int64, shape: WindowShape) -> ReportRequest {
    var request = ReportRequest(wantsHistograms: !chance.oneIn(5))
    let window = Int(shape.windowSeconds)
    let end = now - Int64(chance.int(in: 0...(chance.oneIn(2) ? window / 2 : min(window, 60))))
    switch chance.int(in: 0...6) {
    case 0: request.to = end
    case 1: request.from = end
    case 2:
      request.from = end - Int64(chance.int(in: 1...window / 2))
      request.to = end
    case 3: request.windowSeconds = Int64(chance.int(in: 1...window))
    default: break
    }
    return request
  }
}
