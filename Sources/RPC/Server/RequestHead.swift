// SPDX-License-Identifier: Apache-2.0

/// What a request's header block asks for.
struct RequestHead: Equatable {
  var path: String
  var authority: String
  var encoding: Encoding
  var acceptedEncodings: AcceptedEncodings
  /// What the client gives the call, from now on; nil: as long as it takes.
  var timeout: Duration?
  var metadata: Metadata

  /// Of a request that never becomes a call.
  static let refused = RequestHead(
    path: "", authority: "", encoding: .identity, acceptedEncodings: AcceptedEncodings(nil),
    timeout: nil, metadata: Metadata())
}

/// An answer in HTTP's own words to a request that is no gRPC call.
struct HTTPRefusal: Equatable {
  var fields: [HeaderField]
  /// Nil for HEAD, whose answers have none.
  var body: [UInt8]?

  /// 405: not POST.
  static func method(isHead: Bool) -> HTTPRefusal {
    HTTPRefusal(
      405, "this port speaks gRPC, which takes POST requests only\n", isHead: isHead,
      HeaderField("allow", "POST"))
  }

  /// 415: not gRPC.
  static let contentType = HTTPRefusal(
    415, "this port speaks gRPC: content-type must be application/grpc\n", isHead: false)

  private init(_ status: Int, _ text: String, isHead: Bool, _ more: HeaderField...) {
    fields = [
      HeaderField(":status", String(status)), HeaderField("content-type", "text/plain"),
      HeaderField("content-length", String(text.utf8.count)),
    ]
    fields += more
    body = isHead ? nil : Array(text.utf8)
  }
}

/// How a request is to be treated, judged by its headers alone.
enum OnRequest: Equatable {
  /// A gRPC call.
  case call(RequestHead)
  /// A gRPC call that fails at once.
  case fail(RPCStatus)
  /// Not gRPC: an answer in HTTP's own words.
  case refuse(HTTPRefusal)
}

extension OnRequest {
  /// Reads a header block that HTTP/2 has found well-formed.
  ///
  /// Source: gRPC over HTTP/2, "Requests".
  init(_ headers: HTTP2Headers, headerListBytesMax: Int) {
    var method: [UInt8]?
    var contentType: [UInt8]?
    var encoding: [UInt8]?
    var acceptedEncodings: [UInt8]?
    var timeout: [UInt8]?
    var path: [UInt8] = []
    var authority: [UInt8] = []
    var metadata = Metadata()
    for field in headers.fields {
      switch field.name {
      case ":method": method = field.value
      case ":path": path = field.value
      case ":authority": authority = field.value
      case "host": if authority.isEmpty { authority = field.value }
      case "content-type": contentType = field.value
      case "grpc-encoding": encoding = field.value
      case "grpc-accept-encoding":
        acceptedEncodings =
          acceptedEncodings.map { $0 + [UInt8(ascii: ",")] + field.value } ?? field.value
      case "grpc-timeout": timeout = field.value
      default: metadata.receive(field)
      }
    }
    guard method == Array("POST".utf8) else {
      self = .refuse(.method(isHead: method == Array("HEAD".utf8)))
      return
    }
    guard let contentType, ContentType.isGRPC(contentType) else {
      self = .refuse(.contentType)
      return
    }
    guard !headers.isTooLarge else {
      self = .fail(
        RPCStatus(
          .resourceExhausted, "headers are larger than the limit of \(headerListBytesMax) bytes"))
      return
    }
    do {
      self = .call(
        RequestHead(
          path: String(decoding: path, as: UTF8.self),
          authority: String(decoding: authority, as: UTF8.self),
          encoding: try Encoding.announced(encoding),
          acceptedEncodings: AcceptedEncodings(acceptedEncodings),
          timeout: try timeout.map(Timeout.parse),
          metadata: metadata))
    } catch let error as UnsupportedEncoding {
      self = .fail(error.serverStatus)
    } catch let error as Timeout.ParseError {
      self = .fail(error.status)
    } catch {
      preconditionFailure("no other error is thrown here")
    }
  }
}
