import Foundation
import TestSupport
import Testing

/// The built `atelier`, run as its users run it.
struct CommandLineTool {
  /// What a run gave.
  struct Outcome {
    let code: Int32
    let output: String
    let errors: String
  }

  /// Added to the environment of a run.
  var environment: [String: String] = [:]

  /// Runs the tool to its end.
  func run(_ arguments: String...) throws -> Outcome { try run(arguments) }

  /// Runs the tool to its end.
  func run(_ arguments: [String]) throws -> Outcome {
    try ReferenceData.withTemporaryFolder { folder in
      let process = Process()
      let executable: URL = try #require(Self.executable, "the tool is not built")
      process.executableURL = executable
      process.arguments = arguments
      process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
      process.standardInput = FileHandle.nullDevice
      let streams = ["output", "errors"].map(folder.appendingPathComponent)
      for stream in streams { try Data().write(to: stream) }
      process.standardOutput = try FileHandle(forWritingTo: streams[0])
      process.standardError = try FileHandle(forWritingTo: streams[1])
      try process.run()
      process.waitUntilExit()
      let texts = try streams.map { String(decoding: try Data(contentsOf: $0), as: UTF8.self) }
      return Outcome(code: process.terminationStatus, output: texts[0], errors: texts[1])
    }
  }

  /// The tool in the build folder of the running tests.
  private static let executable: URL? = {
    let starts = [Bundle.main.executableURL?.path, CommandLine.arguments.first].compactMap { $0 }
    let arguments = CommandLine.arguments.filter { $0.hasSuffix(".xctest") }
    for start in starts + arguments {
      var place = URL(fileURLWithPath: start).resolvingSymlinksInPath()
      while place.path != "/" {
        place = place.deletingLastPathComponent()
        let tool = place.appendingPathComponent("atelier")
        var isFolder: ObjCBool = false
        if FileManager.default.fileExists(atPath: tool.path, isDirectory: &isFolder),
          !isFolder.boolValue, FileManager.default.isExecutableFile(atPath: tool.path)
        {
          return tool
        }
      }
    }
    return nil
  }()
}
