// SPDX-License-Identifier: Apache-2.0
internal import Foundation
internal import Protobuf

// A plugin of protoc: a CodeGeneratorRequest on standard input, a CodeGeneratorResponse on standard
// output. Errors of the input go into the response, so that protoc shows them.

func respond(to request: CodeGeneratorRequest) throws(GeneratorError) -> CodeGeneratorResponse {
  let options = try Options(request.parameter ?? "")
  let types = TypeIndex(request.protoFile)
  var response = CodeGeneratorResponse()
  response.supportedFeatures = UInt64(CodeGeneratorResponse.Feature.proto3Optional.rawValue)
  for file in request.protoFile where request.fileToGenerate.contains(file.name ?? "") {
    let generator = FileGenerator(file, types: types, options: options)
    var output = CodeGeneratorResponse.File()
    output.name = generator.outputName
    output.content = try generator.text()
    response.file.append(output)
  }
  return response
}

let input = [UInt8](FileHandle.standardInput.readDataToEndOfFile())
var response = CodeGeneratorResponse()
do {
  response = try respond(to: CodeGeneratorRequest(decoding: input))
} catch let error as GeneratorError {
  response.error = error.message
} catch {
  response.error = "protoc's request is malformed: \(error)"
}
FileHandle.standardOutput.write(Data(response.encoded()))
