// SPDX-License-Identifier: Apache-2.0
import Simulation

/// What is printed of a seed that failed.
enum FailureReport {
  /// Last events that are printed.
  private static let linesMax = 40

  static func print(_ seed: UInt64, _ options: Options) {
    let steps = fewestSteps(seed, options)
    let result = options.run(seed, steps: steps, isTracing: true)
    let lines = options.isVerbose ? result.trace[...] : result.trace.suffix(linesMax)
    for line in lines { Swift.print(line) }
    Swift.print("seed \(seed) breaks an invariant: \(describe(result.violation))")
    Swift.print("  \(result.scenario)")
    Swift.print("  again: \(options.command(seed, steps: steps))")
  }

  private static func describe(_ violation: Violation?) -> String {
    violation?.description ?? "not when it is run again: the run is not decided by its seed alone"
  }

  /// A short run that fails: the fewer actions, the easier to read.
  private static func fewestSteps(_ seed: UInt64, _ options: Options) -> Int? {
    guard options.steps == nil else { return options.steps }
    return [2, 4, 6, 8, 10, 15, 20, 25, 30, 40, 50, 60, 80, 100].first {
      options.run(seed, steps: $0).violation != nil
    }
  }
}
