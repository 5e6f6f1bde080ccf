// SPDX-License-Identifier: Apache-2.0
import CCares
import Glibc

/// Why a look-up gave no answer.
struct DNSFailure: Error, Hashable {
  /// As in `nodes.example: Timeout while contacting DNS servers`.
  let reason: String
}

/// Looks names up with c-ares. Owns the library's channel, which reads the system's settings when
/// it is made. For one thread.
@safe struct AresChannel: ~Copyable {
  /// One server is given this long, and then, once more, twice as long.
  private static let timeoutMilliseconds: Int32 = 1000
  private static let tries: Int32 = 2

  private let channel: ares_channel

  /// - Parameter server: who is asked instead of the system's servers; an address, not a name.
  init(server: HostPort?) throws(DNSFailure) { unsafe channel = try Self.open(server) }

  private static func open(_ server: HostPort?) throws(DNSFailure) -> ares_channel {
    guard libraryStatus == 0 else { throw DNSFailure(libraryStatus, of: "c-ares") }
    var options = unsafe ares_options()
    unsafe options.timeout = timeoutMilliseconds
    unsafe options.tries = tries
    var channel: ares_channel?
    var status = unsafe ares_init_options(
      &channel, &options, ARES_OPT_TIMEOUTMS | ARES_OPT_TRIES)
    guard status == 0, let channel = unsafe channel else { throw DNSFailure(status, of: "c-ares") }
    guard let server else { return unsafe channel }
    status = unsafe ares_set_servers_ports_csv(channel, server.description)
    if status == 0 { return unsafe channel }
    unsafe ares_destroy(channel)
    throw DNSFailure(status, of: server.description)
  }

  deinit { unsafe ares_destroy(channel) }

  private static let libraryStatus = ares_library_init(ARES_LIB_INIT_ALL)

  // MARK: Questions

  /// Asks for the addresses of one family; `reply` has the answer after ``run(until:unless:)``.
  func ask(_ name: String, family: Int32, _ reply: AddressReply) {
    var hints = ares_addrinfo_hints()
    hints.ai_flags = ARES_AI_NOSORT
    hints.ai_family = family
    // The reply outlives the channel, which calls back until it is destroyed, and on this thread.
    unsafe ares_getaddrinfo(
      channel, name, nil, &hints,
      { reply, status, _, list in
        unsafe Unmanaged<AddressReply>.fromOpaque(reply.unsafelyUnwrapped).takeUnretainedValue()
          .take(status, list)
        unsafe ares_freeaddrinfo(list)
      }, Unmanaged.passUnretained(reply).toOpaque())
  }

  /// Asks for SRV records.
  func ask(_ name: String, _ reply: ServiceReply) {
    unsafe ares_search(
      channel, name, Int32(ns_c_in.rawValue), Int32(ns_t_srv.rawValue),
      { reply, status, _, bytes, count in
        unsafe Unmanaged<ServiceReply>.fromOpaque(reply.unsafelyUnwrapped).takeUnretainedValue()
          .take(status, bytes, count)
      }, Unmanaged.passUnretained(reply).toOpaque())
  }

  // MARK: Waiting

  /// Waits for all answers, no longer than `deadline`, and not once `stop` is readable: what has no
  /// answer then has failed.
  func run(until deadline: ContinuousClock.Instant, unless stop: Int32) {
    while true {
      var sockets = [ares_socket_t](repeating: -1, count: Int(ARES_GETSOCK_MAXNUM))
      let bits = unsafe ares_getsock(channel, &sockets, ARES_GETSOCK_MAXNUM)
      let left = ContinuousClock.now.duration(to: deadline)
      guard bits != 0, left > .zero else { break }
      var polls = [pollfd(fd: stop, events: Int16(POLLIN), revents: 0)]
      for (index, socket) in sockets.enumerated() {
        let events =
          (bits & (1 << Int32(index)) != 0 ? POLLIN : 0)
          | (bits & (1 << Int32(index + sockets.count)) != 0 ? POLLOUT : 0)
        if events != 0 { polls.append(pollfd(fd: socket, events: Int16(events), revents: 0)) }
      }
      let ready = unsafe poll(&polls, nfds_t(polls.count), milliseconds(atMost: left))
      if polls[0].revents != 0 { break }
      process(ready > 0 ? polls.dropFirst() : [])
    }
    unsafe ares_cancel(channel)
  }

  /// Until the library wants to look after its timeouts, rounded up.
  private func milliseconds(atMost left: Duration) -> Int32 {
    let (seconds, attoseconds) = left.components
    var most = timeval(tv_sec: Int(seconds), tv_usec: Int(attoseconds / 1_000_000_000_000))
    var wait = timeval()
    unsafe ares_timeout(channel, &most, &wait)
    let next = min(wait.tv_sec * 1000 + wait.tv_usec / 1000, most.tv_sec * 1000 + 1000)
    return Int32(clamping: next + 1)
  }

  private func process(_ polls: ArraySlice<pollfd>) {
    // Timeouts are looked after in any case.
    if polls.isEmpty { unsafe ares_process_fd(channel, -1, -1) }
    for poll in polls where poll.revents != 0 {
      let isWritable = Int32(poll.revents) & POLLOUT != 0
      let isReadable = Int32(poll.revents) & ~POLLOUT != 0
      unsafe ares_process_fd(channel, isReadable ? poll.fd : -1, isWritable ? poll.fd : -1)
    }
  }
}

extension DNSFailure {
  /// In the library's words.
  init(_ status: Int32, of name: String) {
    reason = unsafe "\(name): \(String(cString: ares_strerror(status)))"
  }
}
