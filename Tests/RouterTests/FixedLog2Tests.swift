// SPDX-License-Identifier: Apache-2.0
import Foundation
import TestKit
import Testing

@testable import Router

@Suite("Logarithms in fixed point")
struct FixedLog2Tests {
  @Test("they are near to the true ones, and never below zero or beyond 46 bits")
  func near() {
    var random = SplitMix64(seed: 1)
    var drawn: [UInt64] = [0, 1, 3, 4, .max, .max - 1, 1 << 63, (1 << 63) - 1]
    for _ in 0..<20_000 { drawn.append(random.next() >> UInt64(random.int(in: 0...60))) }
    for number in drawn {
      let found = FixedLog2.negated(number)
      #expect(found > 0 && found < 1 << 46)
      let truth = 64 - log2(Double(number | 3))
      #expect(abs(Double(found) / 0x1p40 - truth) < 3.1e-6, "\(number)")
    }
  }

  @Test("the nearer to one, the smaller")
  func falling() {
    var random = SplitMix64(seed: 2)
    let drawn = (0..<20_000).map { _ in random.next() }.sorted()
    let found = drawn.map(FixedLog2.negated)
    #expect(zip(found, found.dropFirst()).allSatisfy { $0 >= $1 })
  }
}
