// SPDX-License-Identifier: Apache-2.0

/// One method of a service: its names and the types that go in and out.
public struct RPCMethod<Request: Message, Response: Message>: Sendable {
  /// The service with its package, as in `telemetry.TelemetryService`.
  public let service: String
  /// The method alone, as in `PushPoints`.
  public let name: String
  /// Whether the client sends any number of requests.
  public let clientStreams: Bool
  /// Whether the server sends any number of responses.
  public let serverStreams: Bool

  /// A method; generated code makes these.
  public init(service: String, name: String, clientStreams: Bool, serverStreams: Bool) {
    self.service = service
    self.name = name
    self.clientStreams = clientStreams
    self.serverStreams = serverStreams
  }

  /// The HTTP/2 path, `/service/name`.
  public var path: String { "/\(service)/\(name)" }
}
