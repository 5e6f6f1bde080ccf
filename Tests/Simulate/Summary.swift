// SPDX-License-Identifier: Apache-2.0
import Simulation

/// The one line of a run in which all invariants held.
enum Summary {
  static func line(_ tallies: Tallies, _ elapsed: Duration) -> String {
    let seconds = Double(elapsed.components.seconds) + Double(elapsed.components.attoseconds) / 1e18
    let seeds = tallies[.seeds]
    let hours = Double(tallies[.virtualSeconds] / 360) / 10
    return "\(seeds) seeds hold: \(hours) h of the cluster's time, \(tallies[.pointsSent]) points, "
      + "\(tallies[.events]) events in \((seconds * 10).rounded() / 10) s "
      + "(\(Int(Double(seeds) / max(seconds, 0.001))) seeds/s)"
  }
}
