// SPDX-License-Identifier: Apache-2.0
import Protobuf
import RPC

/// The bytes of `grpc-status-details-bin`: a `google.rpc.Status` with one message in its details.
///
/// Source: <https://github.com/googleapis/googleapis/blob/master/google/rpc/status.proto>.
enum StatusDetails {
  private static let typePrefix = "type.googleapis.com/"

  static func encode<Detail: Message>(_ status: RPCStatus, _ detail: Detail) -> [UInt8] {
    encode(status, Detail.fullName, detail.encoded())
  }

  /// - Parameter value: a message of the type `name`.
  static func encode(_ status: RPCStatus, _ name: String, _ value: [UInt8]) -> [UInt8] {
    WireWriter.encode { writer in
      writer.writeUnlessZero(Int32(status.code.rawValue), as: Int32Field.self, field: 1)
      writer.writeUnlessZero(status.message, as: StringField.self, field: 2)
      writer.writeNested(field: 3) { any in
        any.write(typePrefix + name, as: StringField.self, field: 1)
        any.write(value, as: BytesField.self, field: 2)
      }
    }
  }
}
