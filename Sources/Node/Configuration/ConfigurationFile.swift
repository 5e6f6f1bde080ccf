// SPDX-License-Identifier: Apache-2.0

/// What `serve --config FILE` says.
struct ConfigurationFile {
  /// A larger file is no configuration.
  static let bytesMax = 1 << 20

  /// Its name as it was given.
  let path: String
  /// The defaults, changed by what the file says.
  private(set) var configuration = ServeConfiguration()
  private var values: [String: TextPosition] = [:]

  /// Reads a file.
  init(_ path: String) throws(UsageError) {
    self.path = path
    let bytes: [UInt8]
    do {
      bytes = try FileText.read(path, bytesMax: Self.bytesMax)
    } catch {
      throw UsageError("cannot read the configuration \(path): \(error.reason)")
    }
    do {
      values = try ConfigurationText(flags: ServeConfiguration.flags, file: path)
        .read(bytes, into: &configuration)
    } catch {
      throw UsageError(error.description)
    }
  }

  /// Names the place in the file of an error that its values have in common, such as a window that
  /// is no multiple of the resolution.
  func locating(_ error: UsageError, keys: [String]) -> UsageError {
    guard let position = keys.lazy.compactMap({ values[$0] }).first else { return error }
    let located = ConfigurationError(
      file: path, line: position.line, column: position.column, message: error.message)
    return UsageError(located.description)
  }
}
