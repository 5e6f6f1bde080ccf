// SPDX-License-Identifier: Apache-2.0
#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Which seeds are being run: when the product traps, the process ends, and the seed must be known.
enum TrapReport {
  static let jobsMax = 256
  // Each job writes its own place; the handler runs when all is lost anyway.
  nonisolated(unsafe) private static let running = {
    let places = UnsafeMutablePointer<UInt64>.allocate(capacity: jobsMax)
    places.initialize(repeating: .max, count: jobsMax)
    return places
  }()

  /// Says the running seeds on standard error when the process traps.
  static func install() {
    _ = running
    for number in [SIGILL, SIGTRAP, SIGSEGV, SIGABRT, SIGBUS] {
      signal(number) { number in
        TrapReport.write("trap while these seeds were run; each with dev/sim --seed:")
        for job in 0..<TrapReport.jobsMax where TrapReport.running[job] != .max {
          TrapReport.write(TrapReport.running[job])
        }
        TrapReport.write("\n")
        signal(number, SIG_DFL)
        raise(number)
      }
    }
  }

  static func began(_ seed: UInt64, job: Int) { running[job] = seed }

  static func ended(job: Int) { running[job] = .max }

  private static func write(_ text: StaticString) {
    _ = writeRaw(text.utf8Start, text.utf8CodeUnitCount)
  }

  /// A blank and the digits, without allocating.
  private static func write(_ number: UInt64) {
    var rest = number
    var digits = InlineArray<21, UInt8>(repeating: UInt8(ascii: " "))
    var start = 21
    repeat {
      start -= 1
      digits[start] = UInt8(ascii: "0") + UInt8(rest % 10)
      rest /= 10
    } while rest > 0
    start -= 1
    for index in start..<21 {
      var byte = digits[index]
      _ = writeRaw(&byte, 1)
    }
  }

  private static func writeRaw(_ bytes: UnsafePointer<UInt8>, _ count: Int) -> Int {
    #if canImport(Glibc)
      Glibc.write(2, bytes, count)
    #else
      Darwin.write(2, bytes, count)
    #endif
  }
}
