// SPDX-License-Identifier: Apache-2.0

/// What to run.
public struct RunOptions: Sendable {
  /// Decides everything.
  public var seed: UInt64
  /// Actions (calls, questions, faults) before healing; nil: the usual number. Fewer make a
  /// failure easier to read.
  public var steps: Int?
  /// A defect put in on purpose.
  public var sabotage: Sabotage?
  /// Checks at every event what only the simulator can see, as well as what clients are told.
  public var watchesInside: Bool
  /// Keeps the last events in words.
  public var isTracing: Bool

  /// A sound cluster, watched closely.
  public init(
    seed: UInt64, steps: Int? = nil, sabotage: Sabotage? = nil, watchesInside: Bool = true,
    isTracing: Bool = false
  ) {
    self.seed = seed
    self.steps = steps
    self.sabotage = sabotage
    self.watchesInside = watchesInside
    self.isTracing = isTracing
  }
}

/// What came of a run.
public struct RunResult: Sendable {
  /// The seed it was decided by.
  public let seed: UInt64
  /// Nil: all held.
  public let violation: Violation?
  /// The last events, oldest first, if asked for.
  public let trace: [String]
  /// What happened how often.
  public let tallies: Tallies
  /// The same for each run of the seed.
  public let digest: UInt64
  /// What kind of run it was.
  public let scenario: String
}
