// SPDX-License-Identifier: Apache-2.0
internal import Glibc
internal import Interop
internal import RPC

/// The interoperability tests' client as a program: one case, or all, against one server.
struct InteropProgram {
  private let host: String
  private let port: Int
  private let authority: String?
  private let cases: [InteropCase]
  private let metadata: Metadata

  init(_ arguments: [String]) throws {
    let flags = try InteropFlags(
      arguments,
      valued: [
        "server_host", "server_port", "test_case", "server_host_override", "ca_file",
        "default_service_account", "oauth_scope", "service_account_key_file",
        "additional_metadata",
      ],
      switches: ["use_tls", "use_test_ca", "use_alts"])
    guard try !flags.isOn("use_tls"), try !flags.isOn("use_alts") else {
      throw InteropFlags.Failure("TLS is not there yet: say --use_tls=false")
    }
    host = flags["server_host"] ?? "localhost"
    port = try flags.port("server_port", default: 10000)
    authority = flags["server_host_override"].flatMap { $0.isEmpty ? nil : $0 }
    metadata = try Self.metadata(flags["additional_metadata"] ?? "")
    cases = try Self.cases(flags["test_case"] ?? "large_unary")
  }

  private static func cases(_ name: String) throws -> [InteropCase] {
    if name == "all" { return InteropCase.allCases }
    guard let one = InteropCase(rawValue: name) else {
      let known = InteropCase.allCases.map(\.rawValue).joined(separator: ", ")
      throw InteropFlags.Failure("there is no case \(name); known are all, \(known)")
    }
    return [one]
  }

  /// Reads `key:value;key:value`; a value may have colons.
  private static func metadata(_ text: String) throws -> Metadata {
    var metadata = Metadata()
    for pair in text.split(separator: ";") {
      let parts = pair.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
      guard parts.count == 2, !parts[0].isEmpty, !parts[0].hasSuffix("-bin") else {
        throw InteropFlags.Failure("--additional_metadata is key:value;key:value, not \(text)")
      }
      metadata.append(parts[0].lowercased(), String(parts[1]))
    }
    return metadata
  }

  /// Runs the cases and says how each went.
  ///
  /// - Returns: whether all passed.
  func run() async -> Bool {
    let group = EventLoopGroup(loops: 1)
    var options = ChannelOptions()
    options.authority = authority
    let channel = Channel(host: host, port: port, group: group, options: options)
    let client = InteropClient(channel, metadata: metadata)
    var allPassed = true
    for one in cases {
      do {
        try await client.run(one)
        write("\(one.rawValue): passed", to: STDOUT_FILENO)
      } catch {
        complain("interop-client: \(one.rawValue): \(Self.text(error))")
        allPassed = false
      }
    }
    await channel.close()
    await group.shutdown()
    return allPassed
  }

  private static func text(_ error: any Error) -> String {
    guard let error = error as? RPCError else { return "\(error)" }
    return "the call failed: \(error.status.code): \(error.status.message)"
  }
}

/// One line.
func write(_ line: String, to descriptor: Int32) {
  let bytes = Array("\(line)\n".utf8)
  _ = unsafe Glibc.write(descriptor, bytes, bytes.count)
}

/// One line on stderr.
func complain(_ line: String) { write(line, to: STDERR_FILENO) }
