// SPDX-License-Identifier: Apache-2.0

extension RPCStatus {
  private static let codeName = "grpc-status"
  private static let messageName = "grpc-message"
  private static let detailsName = "grpc-status-details-bin"

  /// The trailer fields that say this status; custom trailing metadata follows them.
  var trailerFields: [HeaderField] {
    var fields = [HeaderField(Self.codeName, String(code.rawValue))]
    if !message.isEmpty {
      fields.append(HeaderField(Self.messageName, PercentEncoding.encode(message)))
    }
    if let details { fields.append(HeaderField(Self.detailsName, Base64.encode(details))) }
    return fields
  }

  /// Reads the status out of trailers, or of the headers of a trailers-only answer.
  ///
  /// - Returns: nil without a `grpc-status`: map the HTTP status instead
  ///   (``init(httpStatus:contentType:)``). A `grpc-status` that is no number without leading
  ///   zeros, or not one of the seventeen, is UNKNOWN; details that are no base64 are left out.
  init?(trailers: some Sequence<HeaderField>) {
    var code: [UInt8]?
    var message = ""
    var details: [UInt8]?
    for field in trailers {
      switch field.name {
      case Self.codeName: code = field.value
      case Self.messageName: message = PercentEncoding.decode(field.value)
      case Self.detailsName: details = Base64.decode(field.value)
      default: continue
      }
    }
    guard let code else { return nil }
    if let known = Self.code(code) {
      self.init(known, message, details: details)
    } else {
      let text = "grpc-status \(String(decoding: code, as: UTF8.self)) is no known code"
      self.init(.unknown, message.isEmpty ? text : "\(text): \(message)", details: details)
    }
  }

  private static func code(_ digits: [UInt8]) -> Code? {
    let text = String(decoding: digits, as: UTF8.self)
    guard let number = Int(text), String(number) == text else { return nil }
    return Code(rawValue: number)
  }
}
