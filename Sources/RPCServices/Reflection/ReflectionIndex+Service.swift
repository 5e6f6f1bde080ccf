// SPDX-License-Identifier: Apache-2.0
public import Protobuf
public import RPC

extension ReflectionIndex {
  /// Reflection, v1 and v1alpha, over `services` and itself.
  ///
  /// - Parameter files: the definitions of `services` and all that they import.
  public static func services(
    describing services: [Service], files: [FileDescriptorBytes]
  ) -> [Service] {
    let index = ReflectionIndex(
      services: services.map(\.name) + [ServerReflection.name, V1AlphaServerReflection.name],
      files: files + [ServerReflection.file, V1AlphaServerReflection.file])
    return [
      // The two differ in their package only, so one set of types reads both.
      index.service(ServerReflection.serverReflectionInfo),
      index.service(V1AlphaServerReflection.serverReflectionInfo),
    ]
  }

  private func service(
    _ method: RPCMethod<ServerReflectionRequest, ServerReflectionResponse>
  ) -> Service {
    Service(
      name: method.service,
      methods: [
        .bidirectional(method) { requests, writer, _ in
          for try await request in requests { try await writer.write(answer(request)) }
        }
      ])
  }
}
