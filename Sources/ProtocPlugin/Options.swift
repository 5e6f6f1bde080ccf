// SPDX-License-Identifier: Apache-2.0

/// What `--tributary_opt` asks for, as `key=value,key=value`.
struct Options {
  /// `access=public|package|internal`: of everything generated.
  var access = "public"
  /// `output=NAME`: the file to write, instead of the source's name with `.pb.swift`.
  var output: String?
  /// `import=false`: the code is for the runtime's own module.
  var importsRuntime = true
  /// `messages=false`: no messages and enumerations, since another file has equal ones.
  var messages = true
  /// `comments=false`: the source's comments stay behind, as those of files under another licence.
  var comments = true
  /// `descriptor=false`: no `FileDescriptorBytes`.
  var descriptor = true
  /// `service_prefix=NAME`: put before the names of services.
  var servicePrefix = ""

  init(_ parameter: String) throws(GeneratorError) {
    for part in parameter.split(separator: ",") {
      let pair = part.split(separator: "=", maxSplits: 1).map(String.init)
      guard pair.count == 2 else { throw GeneratorError("option \(part) is not key=value") }
      try set(pair[0], pair[1])
    }
  }

  private mutating func set(_ key: String, _ value: String) throws(GeneratorError) {
    switch (key, value) {
    case ("access", "public"), ("access", "package"), ("access", "internal"): access = value
    case ("output", _): output = value
    case ("import", "true"), ("import", "false"): importsRuntime = value == "true"
    case ("messages", "true"), ("messages", "false"): messages = value == "true"
    case ("comments", "true"), ("comments", "false"): comments = value == "true"
    case ("descriptor", "true"), ("descriptor", "false"): descriptor = value == "true"
    case ("service_prefix", _): servicePrefix = value
    default: throw GeneratorError("option \(key)=\(value) is not known")
    }
  }
}

/// Input that no code can be generated for; protoc shows the message.
struct GeneratorError: Error {
  let message: String

  init(_ message: String) { self.message = message }
}
