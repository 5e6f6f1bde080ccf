// SPDX-License-Identifier: Apache-2.0
import Protobuf

/// Four files that have every kind of symbol: `root` imports `middle` and `leaf`, `middle` imports
/// `leaf`, and `separate`, which nothing imports, extends a message of `root`.
extension FileDescriptorBytes {
  static let leaf = FileDescriptorBytes("leaf.proto") {
    $0.messageType = [.named("Bare")]
  }

  static let middle = FileDescriptorBytes("middle.proto", ["leaf.proto"]) {
    $0.package = "other"
  }

  static let root = FileDescriptorBytes("root.proto", ["leaf.proto", "middle.proto"]) {
    $0.package = "test"
    $0.messageType = [.message]
    $0.enumType = [.named("Enum", "ENUM_ONE")]
    $0.service = [
      .with {
        $0.name = "Service"
        $0.method = [.with { $0.name = "Method" }]
      }
    ]
    $0.extension = [.extending(100, "extension")]
  }

  static let separate = FileDescriptorBytes("separate.proto", ["root.proto"]) {
    $0.package = "far"
    $0.messageType = [
      .with {
        $0.name = "Scope"
        $0.extension = [.extending(200, "extension")]
      }
    ]
  }

  private init(
    _ name: String, _ dependencies: [String] = [], _ fill: (inout FileDescriptorProto) -> Void
  ) {
    var file = FileDescriptorProto()
    file.name = name
    file.dependency = dependencies
    fill(&file)
    self.init(name: name, dependencies: dependencies, bytes: file.encoded())
  }
}

extension DescriptorProto {
  fileprivate static func named(_ name: String) -> DescriptorProto { .with { $0.name = name } }

  fileprivate static let message = DescriptorProto.with {
    $0.name = "Message"
    $0.field = [.with { $0.name = "field" }]
    $0.oneofDecl = [.with { $0.name = "choice" }]
    $0.enumType = [.named("Kind", "KIND_ONE")]
    $0.nestedType = [
      .with {
        $0.name = "Nested"
        $0.nestedType = [.named("Deep")]
      }
    ]
  }
}

extension EnumDescriptorProto {
  fileprivate static func named(_ name: String, _ value: String) -> EnumDescriptorProto {
    .with {
      $0.name = name
      $0.value = [.with { $0.name = value }]
    }
  }
}

extension FieldDescriptorProto {
  fileprivate static func extending(_ number: Int32, _ name: String) -> FieldDescriptorProto {
    .with {
      $0.name = name
      $0.number = number
      $0.extendee = ".test.Message"
    }
  }
}
