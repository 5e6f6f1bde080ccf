// SPDX-License-Identifier: Apache-2.0
import Protobuf
import Testing

@testable import ProtocPlugin

@Suite("the protoc plugin")
struct PluginTests {
  @Test(
    "names become Swift's",
    arguments: [
      ("points_received", "pointsReceived"), ("interval_us", "intervalUs"),
      ("_leading", "leading"), ("FIELD_NAME", "fieldName"), ("fieldName7", "fieldName7"),
      ("default", "`default`"), ("self", "selfField"), ("unknown_fields", "unknownFieldsField"),
    ])
  func properties(proto: String, swift: String) {
    #expect(Names.property(proto) == swift)
  }

  @Test("an enumeration's values lose its name, if all have it and what is left is a name")
  func enumCases() {
    #expect(Names.enumCases(["KIND_A", "KIND_BIG_B"], of: "Kind") == ["a", "bigB"])
    #expect(Names.enumCases(["KIND_A", "OTHER"], of: "Kind") == ["kindA", "other"])
    #expect(Names.enumCases(["KIND_A", "KIND_2"], of: "Kind") == ["kindA", "kind2"])
  }

  @Test("names that become the same are kept apart by their numbers")
  func distinct() {
    #expect(
      Names.distinct([("a", 1), ("a", -2), ("`in`", 3), ("`in`", 4)])
        == ["a", "a" + "Minus2", "`in`", "in4"])
  }

  @Test("a type that would hide one of Swift's gets another name")
  func types() {
    #expect(Names.type("Any", suffix: "Message") == "AnyMessage")
    #expect(Names.type("Point", suffix: "Message") == "Point")
  }

  @Test(
    "an unknown option is an error that names it", arguments: ["colour=red", "access", "import=no"])
  func options(parameter: String) {
    let error = #expect(throws: GeneratorError.self) { try Options(parameter) }
    #expect(error?.message.contains(parameter) == true)
  }

  @Test("a group is refused, since nothing here speaks it")
  func group() {
    let file = FileDescriptorProto.with {
      $0.name = "a.proto"
      $0.messageType = [
        .with {
          $0.name = "A"
          $0.field = [.with { ($0.name, $0.number, $0.type) = ("g", 1, .group) }]
        }
      ]
    }
    let error = #expect(throws: GeneratorError.self) {
      let options = try Options("")
      _ = try FileGenerator(file, types: TypeIndex([file]), options: options).text()
    }
    #expect(error?.message.contains("field g") == true)
  }

  @Test("only a message that may contain itself is held out of line")
  func recursion() {
    func message(_ name: String, holding type: String) -> DescriptorProto {
      .with {
        $0.name = name
        $0.field = [.with { ($0.type, $0.typeName, $0.label) = (.message, type, .optional) }]
      }
    }
    let file = FileDescriptorProto.with {
      $0.messageType = [
        message("A", holding: ".B"), message("B", holding: ".A"), message("C", holding: ".A"),
      ]
    }
    let types = TypeIndex([file])
    #expect(types.isRecursive(".B", in: ".A"))
    #expect(types.isRecursive(".A", in: ".B"))
    #expect(!types.isRecursive(".A", in: ".C"))
  }
}
