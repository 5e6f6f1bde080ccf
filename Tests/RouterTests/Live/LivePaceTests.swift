// SPDX-License-Identifier: Apache-2.0
import Router
import Testing

@Suite("The pace of a live report")
struct LivePaceTests {
  @Test("it is made at once, then at multiples of its interval")
  func even() {
    var pace = LivePace(interval: .milliseconds(500))
    #expect(pace.revision == 1 && pace.due == .zero)
    pace.made(after: .milliseconds(20))
    #expect(pace.revision == 2 && pace.due == .milliseconds(500))
    pace.made(after: .milliseconds(999))
    #expect(pace.revision == 3 && pace.due == .seconds(1))
  }

  @Test("of intervals that go by while it is made, only the latest counts")
  func late() {
    var pace = LivePace(interval: .seconds(1))
    pace.made(after: .milliseconds(1500))
    #expect(pace.revision == 2 && pace.due == .seconds(1))
    pace.made(after: .milliseconds(7200))
    #expect(pace.revision == 8 && pace.due == .seconds(7))
  }

  @Test("a clock that stands, or goes back, changes nothing")
  func still() {
    var pace = LivePace(interval: .seconds(1))
    pace.made(after: .zero)
    pace.made(after: .seconds(-5))
    #expect(pace.revision == 3 && pace.due == .seconds(2))
  }
}
