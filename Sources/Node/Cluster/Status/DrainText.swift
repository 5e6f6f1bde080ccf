// SPDX-License-Identifier: Apache-2.0
import Proto
import RPC

/// How a drain goes, in words.
enum DrainText {
  /// One step on one line.
  static func line(_ progress: DrainProgress) -> String {
    var text = progress.step.isEmpty ? "leaving" : progress.step
    if progress.seriesHandedOver > 0 {
      let series = NumberText.human(count: Int64(clamping: progress.seriesHandedOver))
      let slices = NumberText.human(count: Int64(clamping: progress.slicesHandedOver))
      text += " (\(series) series, \(slices) slices handed over)"
    }
    return Printable.line(text)
  }

  /// Why a drain failed, and what the node does now.
  ///
  /// - Parameter hasBegun: the node had said something.
  static func failure(_ error: RPCError, hasBegun: Bool) -> String {
    switch error.status.code {
    case .aborted, .failedPrecondition: "the node stays: \(error.status.message)"
    case _ where hasBegun: unknown(Failure.text(error))
    default: Failure.advice(error)
    }
  }

  /// The end of a drain that did not tell how it ended.
  static func unknown(_ reason: String) -> String {
    "\(reason); whether the node leaves is not known: ask another one with "
      + "`tributary cluster status`"
  }
}
