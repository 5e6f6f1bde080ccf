// SPDX-License-Identifier: Apache-2.0
internal import Proto
internal import Protobuf

/// Decodes what it is sent and encodes it again. It knows the binary format only, and the messages
/// of the suite, of the unit tests and of the telemetry schema.
enum Testee {
  private static let types: [String: any Message.Type] = {
    let all: [any Message.Type] = [
      FailureSet.self, TestAllTypesProto3.self,
      Singles.self, Optionals.self, Repeats.self, Choice.self, Maps.self, Nothing.self,
      Proto.Point.self, Proto.Ack.self, Proto.SummaryRequest.self, Proto.Report.self,
    ]
    return Dictionary(uniqueKeysWithValues: all.map { ($0.fullName, $0) })
  }()

  static func answer(_ bytes: [UInt8]) -> ConformanceResponse {
    var response = ConformanceResponse()
    do {
      response.result = result(of: try ConformanceRequest(decoding: bytes))
    } catch {
      response.result = .runtimeError("the request is malformed: \(error)")
    }
    return response
  }

  private static func result(of request: ConformanceRequest) -> ConformanceResponse.ResultOneof {
    guard case .protobufPayload(let payload) = request.payload,
      request.requestedOutputFormat == .protobuf
    else { return .skipped("only the binary format is supported") }
    guard let type = types[request.messageType] else {
      return .skipped("\(request.messageType) is not supported")
    }
    do {
      return .protobufPayload(try type.init(decoding: payload).encoded())
    } catch {
      return .parseError("\(error)")
    }
  }
}
