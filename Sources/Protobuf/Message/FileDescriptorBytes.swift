// SPDX-License-Identifier: Apache-2.0

/// A `.proto` file as reflection serves it.
public struct FileDescriptorBytes: Sendable, Hashable {
  /// The name under which other files import it.
  public let name: String
  /// The names of the files that it imports.
  public let dependencies: [String]
  /// A serialized `google.protobuf.FileDescriptorProto`, without source locations.
  public let bytes: [UInt8]

  /// A file; generated code makes these.
  public init(name: String, dependencies: [String], bytes: [UInt8]) {
    self.name = name
    self.dependencies = dependencies
    self.bytes = bytes
  }
}
