// SPDX-License-Identifier: Apache-2.0
import TestKit

extension SplitMix64 {
  /// Bytes with repetitions, which every codec can shrink.
  mutating func text(_ count: Int) -> [UInt8] {
    (0..<count).map { _ in UInt8(int(in: 97...100)) }
  }
}
