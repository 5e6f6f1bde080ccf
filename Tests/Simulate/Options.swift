// SPDX-License-Identifier: Apache-2.0
import Simulation

/// The command line.
struct Options {
  static let usage = """
    usage: simulate [--seeds N] [--first SEED] [--jobs N] [--verbose]
           simulate --seed SEED [--steps N] [--verbose]

      --seeds N        so many seeds (default 1000)
      --first SEED     beginning with this one (default 1)
      --seed SEED      this one alone, with its last events in words if it fails
      --steps N        actions before healing (default 120)
      --jobs N         so many at a time (default: one for each core)
      --sabotage NAME  with a defect put in on purpose: \(
        Sabotage.allCases.map(\.rawValue).joined(separator: ", "))
      --outside        checks only what clients are told
      --verbose        how often each thing happened; of one seed, all events
    """

  var first: UInt64 = 1
  var seeds: UInt64 = 1000
  var steps: Int?
  var jobs: Int?
  var sabotage: Sabotage?
  var watchesInside = true
  var isVerbose = false
  var isSingle: Bool { seeds == 1 }

  /// Nil: not understood.
  init?(_ arguments: [String]) {
    var rest = arguments[...]
    while let option = rest.popFirst() {
      switch option {
      case "--verbose": isVerbose = true
      case "--outside": watchesInside = false
      default:
        guard let value = rest.popFirst(), take(option, value) else { return nil }
      }
    }
  }

  private mutating func take(_ option: String, _ value: String) -> Bool {
    if option == "--sabotage" {
      sabotage = Sabotage(rawValue: value)
      return sabotage != nil
    }
    guard let number = UInt64(value) else { return false }
    switch option {
    case "--seeds" where number > 0: seeds = number
    case "--first": first = number
    case "--seed": (first, seeds) = (number, 1)
    case "--steps" where number < 1 << 20: steps = Int(number)
    case "--jobs" where (1...256).contains(number): jobs = Int(number)
    default: return false
    }
    return true
  }

  /// How to run one seed.
  func run(_ seed: UInt64, steps: Int? = nil, isTracing: Bool = false) -> RunResult {
    Play.run(
      RunOptions(
        seed: seed, steps: steps ?? self.steps, sabotage: sabotage, watchesInside: watchesInside,
        isTracing: isTracing))
  }

  /// What repeats a run.
  func command(_ seed: UInt64, steps: Int?) -> String {
    var command = "dev/sim --seed \(seed)"
    if let steps { command += " --steps \(steps)" }
    if let sabotage { command += " --sabotage \(sabotage.rawValue)" }
    return command + (watchesInside ? "" : " --outside")
  }
}
