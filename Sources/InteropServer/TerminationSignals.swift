// SPDX-License-Identifier: Apache-2.0
internal import Dispatch
internal import Glibc

/// SIGTERM and SIGINT as one event. To be made before any other thread.
struct TerminationSignals: ~Copyable {
  private let sources: [any DispatchSourceSignal]
  private let arrived: AsyncStream<Void>

  init() {
    let (arrived, arrival) = AsyncStream.makeStream(of: Void.self)
    self.arrived = arrived
    sources = [SIGTERM, SIGINT].map { number in
      signal(number, SIG_IGN)
      let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
      source.setEventHandler { arrival.yield() }
      source.resume()
      return source
    }
  }

  /// Waits for one of them.
  func wait() async {
    for await _ in arrived { return }
  }
}
