// SPDX-License-Identifier: Apache-2.0

/// Reads `serve --config FILE`.
enum ConfigurationFile {
  /// A larger file is no configuration.
  static let bytesMax = 1 << 20

  /// The defaults, changed by what the file says.
  static func load(_ path: String) throws(UsageError) -> ServeConfiguration {
    let bytes: [UInt8]
    do {
      bytes = try FileText.read(path, bytesMax: bytesMax)
    } catch {
      throw UsageError("cannot read the configuration \(path): \(error.reason)")
    }
    var configuration = ServeConfiguration()
    do {
      try ConfigurationText(flags: ServeConfiguration.flags, file: path)
        .read(bytes, into: &configuration)
    } catch {
      throw UsageError(error.description)
    }
    return configuration
  }
}
