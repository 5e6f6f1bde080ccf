// SPDX-License-Identifier: Apache-2.0
internal import Protobuf
public import RPC

extension HealthRegistry {
  /// Services that List names at most, as the service's definition says.
  static let listedServicesMax = 100

  /// `grpc.health.v1.Health` over this registry.
  public var service: Service {
    Service(
      name: Health.name,
      methods: [
        .unary(Health.check) { [self] request, _ in try check(request) },
        .unary(Health.list) { [self] _, _ in try list() },
        .serverStreaming(Health.watch) { [self] request, writer, _ in
          try await watch(request.service) { status in
            try await writer.write(.with { $0.status = status })
          }
        },
      ])
  }

  func check(_ request: HealthCheckRequest) throws(RPCError) -> HealthCheckResponse {
    guard let status = status(of: request.service) else {
      throw RPCError(.notFound, "unknown service \(request.service)")
    }
    return .with { $0.status = status }
  }

  func list() throws(RPCError) -> HealthListResponse {
    let statuses = statuses
    guard statuses.count <= Self.listedServicesMax else {
      throw RPCError(
        .resourceExhausted,
        "\(statuses.count) services are more than the \(Self.listedServicesMax) that are listed")
    }
    return .with { response in
      response.statuses = statuses.mapValues { status in .with { $0.status = status } }
    }
  }
}
