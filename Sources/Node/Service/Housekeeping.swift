// SPDX-License-Identifier: Apache-2.0
import CMalloc
import Shard

/// What a node does when nobody asks: gives back the memory of series that nobody writes any more.
enum Housekeeping {
  private static let interval = Duration.seconds(1)
  /// Freed memory that lies between what is in use goes back to the system so often; in between it
  /// is there to be used again.
  private static let trimInterval = Duration.seconds(30)

  /// Runs until its task is cancelled.
  static func run(
    _ shards: [Aggregator], _ held: HeldWindows, now: @escaping @Sendable () -> Int64
  ) async {
    var trimmed = ContinuousClock.now
    while (try? await Task.sleep(for: interval)) != nil {
      for shard in shards { await shard.tick(now: now()) }
      await held.tick(now)
      guard trimmed.duration(to: .now) >= trimInterval else { continue }
      trimmed = .now
      malloc_trim(0)
    }
  }
}
