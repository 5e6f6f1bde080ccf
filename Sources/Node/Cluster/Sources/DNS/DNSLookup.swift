// SPDX-License-Identifier: Apache-2.0
import Glibc

/// One look-up, on a thread of its own that ends with it: look-ups are rare, c-ares wants to be
/// waited for, and a channel made anew follows the system's settings when they change.
@safe final class DNSLookup: Sendable {
  /// However many servers there are, and however slow.
  private static let timeout = Duration.seconds(8)

  private let origin: DNSOrigin
  private let stop: StopSignal
  private let done: CheckedContinuation<Result<DNSAnswer, DNSFailure>, Never>

  private init(
    _ origin: DNSOrigin, _ stop: StopSignal,
    _ done: CheckedContinuation<Result<DNSAnswer, DNSFailure>, Never>
  ) {
    self.origin = origin
    self.stop = stop
    self.done = done
  }

  /// Looks the name up. Cancelling the task ends it at once, as a failure.
  static func run(_ origin: DNSOrigin) async throws(DNSFailure) -> DNSAnswer {
    let stop = try StopSignal()
    let result = await withTaskCancellationHandler {
      await withCheckedContinuation { DNSLookup(origin, stop, $0).start() }
    } onCancel: {
      stop.raise()
    }
    return try result.get()
  }

  private func start() {
    var thread = pthread_t()
    let result = unsafe pthread_create(
      &thread, nil,
      { lookup in
        unsafe Unmanaged<DNSLookup>.fromOpaque(lookup.unsafelyUnwrapped).takeRetainedValue().work()
        return nil
      }, Unmanaged.passRetained(self).toOpaque())
    guard result == 0 else {
      unsafe Unmanaged.passUnretained(self).release()
      return done.resume(returning: .failure(DNSFailure(reason: "no thread for a look-up")))
    }
    pthread_detach(thread)
  }

  private func work() {
    do throws(DNSFailure) {
      let channel = try AresChannel(server: origin.server)
      done.resume(returning: .success(try answer(channel, until: .now + Self.timeout)))
    } catch {
      done.resume(returning: .failure(error))
    }
  }

  private func answer(
    _ channel: borrowing AresChannel, until deadline: ContinuousClock.Instant
  ) throws(DNSFailure) -> DNSAnswer {
    let name = origin.name.name
    switch origin.name.kind {
    case .addresses:
      return .addresses(try addresses(of: [name], channel, deadline)[0])
    case .services:
      let reply = ServiceReply(of: name)
      channel.ask(name, reply)
      channel.run(until: deadline, unless: stop.descriptor)
      var services = try reply.services()
      // The final dot: the names are whole.
      let found = try addresses(of: services.map { $0.target + "." }, channel, deadline)
      for index in services.indices { services[index].addresses = found[index] }
      return .services(services)
    }
  }

  /// Both families of all names. An answer for one family alone is none: the addresses of the other
  /// would seem to be gone.
  private func addresses(
    of names: [String], _ channel: borrowing AresChannel, _ deadline: ContinuousClock.Instant
  ) throws(DNSFailure) -> [[String]] {
    let replies = names.map { [AddressReply(of: $0), AddressReply(of: $0)] }
    for (name, replies) in zip(names, replies) {
      channel.ask(name, family: AF_INET, replies[0])
      channel.ask(name, family: AF_INET6, replies[1])
    }
    channel.run(until: deadline, unless: stop.descriptor)
    var found: [[String]] = []
    for pair in replies { found.append(try pair[0].addresses() + pair[1].addresses()) }
    return found
  }
}

/// Tells a thread that sleeps in `poll` to stop: a pipe that nobody has written to before.
private final class StopSignal: Sendable {
  /// Readable once it is raised.
  let descriptor: Int32
  private let writer: Int32

  init() throws(DNSFailure) {
    var ends: [Int32] = [-1, -1]
    guard unsafe pipe(&ends) == 0 else {
      throw DNSFailure(reason: SystemFailure(errno: errno).reason)
    }
    (descriptor, writer) = (ends[0], ends[1])
  }

  deinit {
    close(descriptor)
    close(writer)
  }

  func raise() {
    var byte: UInt8 = 1
    _ = unsafe write(writer, &byte, 1)
  }
}
