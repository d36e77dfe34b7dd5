import Foundation

/// What commands print: data on standard output, everything else on standard error.
enum Output {
  /// Prints a value as JSON with sorted keys.
  static func json(_ value: some Encodable) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes, .prettyPrinted]
    print(String(decoding: try encoder.encode(value), as: UTF8.self))
  }

  /// A remark on standard error.
  static func note(_ text: String) {
    FileHandle.standardError.write(Data((text + "\n").utf8))
  }
}

/// What a command itself can find wrong; other errors come from the modules.
enum CommandError: Error, CustomStringConvertible {
  /// Something given on the command line, or a file named there, cannot be used.
  case invalidInput(String)
  /// Something went wrong while doing it.
  case failed(String)

  var description: String {
    switch self {
    case .invalidInput(let text), .failed(let text): text
    }
  }
}
