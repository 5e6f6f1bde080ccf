// SPDX-License-Identifier: Apache-2.0
import RPC
import Shard

/// What a node makes of its configuration.
extension ServeConfiguration {
  /// - Throws: ``UsageError`` when window, resolution and grace do not go together.
  func shape() throws(UsageError) -> WindowShape {
    do {
      return try WindowShape(
        windowSeconds: windowSeconds, resolutionSeconds: resolutionSeconds,
        futureGraceSeconds: futureGraceSeconds)
    } catch {
      throw UsageError("\(error)")
    }
  }

  /// Of which series quantiles can be asked.
  ///
  /// - Throws: ``UsageError`` for a malformed pattern.
  func histograms() throws(UsageError) -> HistogramPolicy {
    var globs: [Glob] = []
    for pattern in quantilesOff ?? [] {
      do {
        globs.append(try Glob(pattern))
      } catch {
        throw UsageError("\(error)")
      }
    }
    return HistogramPolicy(off: globs)
  }

  /// What ``shape()`` throws, if it does.
  var shapeError: UsageError? {
    do throws(UsageError) {
      _ = try shape()
      return nil
    } catch {
      return error
    }
  }

  var serverOptions: ServerOptions {
    var options = ServerOptions()
    options.handlersRunOnLoops = true
    options.messageBytesMax = messageBytesMax
    options.concurrentStreamsMax = concurrentStreamsMax
    options.connectionAgeMax = connectionAgeMax
    options.connectionAgeGrace = connectionAgeGrace
    return options
  }
}

extension Log {
  /// Writes down what the server met with.
  func write(_ event: ServerEvent) {
    switch event {
    case .connectionOpened(let peer):
      debug("connection opened", ["peer": .string(peer)])
    case .connectionClosed(let peer, let reason):
      debug("connection closed", ["peer": .string(peer), "reason": .string(reason ?? "done")])
    case .acceptFailed(let reason):
      warning("cannot accept connections", ["reason": .string(reason)])
    }
  }
}
