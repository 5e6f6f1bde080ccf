// SPDX-License-Identifier: Apache-2.0
internal import Glibc
internal import Synchronization

/// A server's share of one loop: its listeners and its connections.
actor ServerLoop {
  nonisolated let loop: EventLoop
  nonisolated var unownedExecutor: UnownedSerialExecutor {
    unsafe loop.asUnownedSerialExecutor()
  }

  /// Connections here or on their way; read by other loops to find the one with fewest.
  nonisolated let load = Atomic<Int>(0)
  private var listeners: [Listener] = []
  private var connections: [ObjectIdentifier: ServerConnection] = [:]
  private var whenEmpty: [CheckedContinuation<Void, Never>] = []
  private var isShuttingDown = false

  private let tasks: LoopTaskExecutor

  init(_ loop: EventLoop) {
    self.loop = loop
    tasks = LoopTaskExecutor(loop)
  }

  /// Accepts from a listening socket, and gives each connection to the least loaded of `homes`.
  func listen(_ descriptor: Int32, _ core: ServerCore, among homes: [ServerLoop]) {
    let listener = Listener(loop, descriptor) { connection, peer in
      let home = homes.min { $0.load.load(ordering: .relaxed) < $1.load.load(ordering: .relaxed) }
      guard let home else { preconditionFailure("a server has a loop") }
      home.load.add(1, ordering: .relaxed)
      home.loop.execute {
        home.assumeIsolated { $0.accept(connection, peer, core) }
      }
    } failed: {
      core.log(.acceptFailed($0))
    }
    listeners.append(listener)
  }

  func stopListening() {
    for listener in listeners { listener.close() }
    listeners = []
  }

  /// Ends all connections, kindly; returns when they are gone.
  func shutDown(grace: Duration) async {
    isShuttingDown = true
    for connection in connections.values { await connection.shutDown(grace: grace) }
    await withCheckedContinuation { waiter in
      if connections.isEmpty { return waiter.resume() }
      whenEmpty.append(waiter)
    }
  }

  private func accept(_ descriptor: Int32, _ peer: String, _ core: ServerCore) {
    guard !isShuttingDown, let stream = TCPStream(loop, descriptor: descriptor, peer: peer) else {
      if isShuttingDown { Glibc.close(descriptor) }
      load.subtract(1, ordering: .relaxed)
      return
    }
    core.log(.connectionOpened(peer: peer))
    let connection = ServerConnection(
      core, loop, handlers: core.options.handlersRunOnLoops ? tasks : nil, stream
    ) { [unowned self] connection in
      assumeIsolated { $0.gone(connection) }
    }
    connections[ObjectIdentifier(connection)] = connection
    connection.assumeIsolated { $0.start() }
  }

  private func gone(_ connection: ServerConnection) {
    connections[ObjectIdentifier(connection)] = nil
    load.subtract(1, ordering: .relaxed)
    guard connections.isEmpty else { return }
    for waiter in whenEmpty { waiter.resume() }
    whenEmpty = []
  }
}
