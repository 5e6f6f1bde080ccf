// SPDX-License-Identifier: Apache-2.0
import Protobuf
import RPC
import RPCServices
import Testing

@Suite("Reflection")
struct ReflectionTests {
  static let index = ReflectionIndex(
    services: ["test.Service", "a.Other"], files: [.leaf, .middle, .root, .separate])

  private func ask(
    _ question: ServerReflectionRequest.MessageRequest?
  ) -> ServerReflectionResponse.MessageResponse? {
    Self.index.answer(.with { $0.messageRequest = question }).messageResponse
  }

  /// The names of the files in an answer; nil when it is none with files.
  private func files(_ question: ServerReflectionRequest.MessageRequest) throws -> [String]? {
    guard case .fileDescriptorResponse(let response) = ask(question) else { return nil }
    return try response.fileDescriptorProto.map {
      try FileDescriptorProto(decoding: $0).name ?? ""
    }
  }

  private func errorCode(_ question: ServerReflectionRequest.MessageRequest?) -> RPCStatus.Code? {
    guard case .errorResponse(let response) = ask(question) else { return nil }
    return RPCStatus.Code(rawValue: Int(response.errorCode))
  }

  @Test("a file comes with all that it imports, each once, itself first")
  func imports() throws {
    #expect(try files(.fileByFilename("leaf.proto")) == ["leaf.proto"])
    #expect(
      try files(.fileByFilename("root.proto")) == ["root.proto", "leaf.proto", "middle.proto"])
  }

  @Test(
    "symbols of every kind are found",
    arguments: [
      "test.Service", "test.Service.Method", "test.Service/Method", "test.Message",
      "test.Message.field", "test.Message.choice", "test.Message.Nested",
      "test.Message.Nested.Deep", "test.Message.Kind", "test.Message.KIND_ONE", "test.Enum",
      "test.ENUM_ONE", "test.extension",
    ])
  func symbols(_ symbol: String) throws {
    #expect(try files(.fileContainingSymbol(symbol))?.first == "root.proto")
  }

  @Test("a file without a package has symbols without one")
  func noPackage() throws {
    #expect(try files(.fileContainingSymbol("Bare")) == ["leaf.proto"])
  }

  @Test(
    "what is not there is not found",
    arguments: ["", "test", "test.", ".test.Message", "Message", "test.Service.Absent", "/"])
  func absent(_ name: String) {
    #expect(errorCode(.fileContainingSymbol(name)) == .notFound)
    #expect(errorCode(.fileByFilename(name)) == .notFound)
    #expect(errorCode(.allExtensionNumbersOfType(name)) == .notFound)
  }

  @Test("extensions are found by number, and their numbers by the message")
  func extensions() throws {
    func wanted(_ number: Int32) -> ServerReflectionRequest.MessageRequest {
      .fileContainingExtension(
        .with {
          $0.containingType = "test.Message"
          $0.extensionNumber = number
        })
    }
    #expect(try files(wanted(200))?.first == "separate.proto")
    #expect(try files(wanted(100))?.first == "root.proto")
    #expect(errorCode(wanted(300)) == .notFound)
    #expect(
      ask(.allExtensionNumbersOfType("test.Message"))
        == .allExtensionNumbersResponse(
          .with {
            $0.baseTypeName = "test.Message"
            $0.extensionNumber = [100, 200]
          }))
    #expect(
      ask(.allExtensionNumbersOfType("test.Message.Nested"))
        == .allExtensionNumbersResponse(.with { $0.baseTypeName = "test.Message.Nested" }))
  }

  @Test("services are listed in order; a question that asks nothing is wrong")
  func rest() {
    #expect(
      ask(.listServices("anything"))
        == .listServicesResponse(
          .with { response in
            response.service = ["a.Other", "test.Service"].map { name in .with { $0.name = name } }
          }))
    #expect(errorCode(nil) == .invalidArgument)
  }

  @Test("both versions answer question after question, errors included")
  func stream() async throws {
    let health = HealthRegistry().service
    let reflection = ReflectionIndex.services(describing: [health], files: [Health.file])
    try await withServer([health] + reflection) { channel, _ in
      for version in [
        ServerReflection.serverReflectionInfo, V1AlphaServerReflection.serverReflectionInfo,
      ] {
        let call = try await channel.open(version)
        let questions: [ServerReflectionRequest.MessageRequest] = [
          .fileContainingSymbol("absent"), .fileContainingSymbol(version.service),
          .listServices(""),
        ]
        for question in questions {
          let request = ServerReflectionRequest.with {
            $0.host = "here"
            $0.messageRequest = question
          }
          try await call.send(request)
          let answer = try #require(try await call.next())
          #expect(answer.originalRequest == request)
          #expect(answer.validHost == "here")
          switch (question, answer.messageResponse) {
          case (.fileContainingSymbol("absent"), .errorResponse): break
          case (.fileContainingSymbol, .fileDescriptorResponse): break
          case (.listServices, .listServicesResponse(let list)):
            #expect(list.service.map(\.name).contains(Health.name))
          default: Issue.record("\(question): \(answer)")
          }
        }
        try await call.finishSending()
        #expect(try await call.next() == nil)
      }
    }
  }
}
