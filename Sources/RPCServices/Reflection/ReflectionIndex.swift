// SPDX-License-Identifier: Apache-2.0
public import Protobuf
internal import RPC

/// Answers the questions of server reflection from the files that generated code carries.
///
/// Every answer with a file carries the files it imports, too, itself first: answers do not depend
/// on earlier ones. What is asked wrongly or in vain gets an error as its answer, and the stream
/// goes on.
public struct ReflectionIndex: Sendable {
  private let services: [String]
  private let files: [String: FileDescriptorBytes]
  private let symbols: SymbolTable

  /// An index of `files`, which must include all that they import.
  ///
  /// - Parameter services: what is listed; files may define more than a server serves.
  public init(services: [String], files: [FileDescriptorBytes]) {
    self.services = services.sorted()
    self.files = Dictionary(files.map { ($0.name, $0) }) { first, _ in first }
    symbols = SymbolTable(files)
    for file in files {
      for dependency in file.dependencies {
        precondition(self.files[dependency] != nil, "\(file.name) imports \(dependency): missing")
      }
    }
  }

  /// The answer to one question.
  public func answer(_ request: ServerReflectionRequest) -> ServerReflectionResponse {
    .with {
      $0.validHost = request.host
      $0.originalRequest = request
      $0.messageResponse = answer(request.messageRequest)
    }
  }

  private func answer(
    _ question: ServerReflectionRequest.MessageRequest?
  ) -> ServerReflectionResponse.MessageResponse {
    switch question {
    case .fileByFilename(let name):
      return file(name) ?? notFound("file", name)
    case .fileContainingSymbol(let symbol):
      // Tools that know a method by its path ask for it with a slash.
      let name = symbol.split(separator: "/", maxSplits: 1).joined(separator: ".")
      return symbols.files[name].flatMap(file) ?? notFound("symbol", symbol)
    case .fileContainingExtension(let wanted):
      let file = symbols.extensions[wanted.containingType]?[wanted.extensionNumber].flatMap(file)
      return file
        ?? notFound("extension", "\(wanted.extensionNumber) of \(wanted.containingType)")
    case .allExtensionNumbersOfType(let type):
      guard let numbers = symbols.extensions[type]?.keys else { return notFound("message", type) }
      return .allExtensionNumbersResponse(
        .with {
          $0.baseTypeName = type
          $0.extensionNumber = numbers.sorted()
        })
    case .listServices:
      return .listServicesResponse(
        .with { $0.service = services.map { name in .with { $0.name = name } } })
    case nil:
      return error(.invalidArgument, "nothing is asked")
    }
  }

  private func file(_ name: String) -> ServerReflectionResponse.MessageResponse? {
    guard let file = files[name] else { return nil }
    var found = [file]
    var seen: Set = [name]
    var next = 0
    while next < found.count {
      for dependency in found[next].dependencies where seen.insert(dependency).inserted {
        if let file = files[dependency] { found.append(file) }
      }
      next += 1
    }
    return .fileDescriptorResponse(.with { $0.fileDescriptorProto = found.map(\.bytes) })
  }

  private func notFound(
    _ kind: String, _ name: String
  ) -> ServerReflectionResponse.MessageResponse {
    error(.notFound, "no \(kind) \(name) is known")
  }

  private func error(
    _ code: RPCStatus.Code, _ message: String
  ) -> ServerReflectionResponse.MessageResponse {
    .errorResponse(
      .with {
        $0.errorCode = Int32(code.rawValue)
        $0.errorMessage = message
      })
  }
}
