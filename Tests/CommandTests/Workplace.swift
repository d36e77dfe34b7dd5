import Checkpoints
import Foundation
import Imaging
import TestSupport
import Testing

/// An empty folder in which the built `atelier` is run as its users run it, with two small networks
/// as its weights: `small` (StyleGAN2, 64 pixels, 10 rows of 32) and `conditional` (three classes).
struct Workplace {
  /// What a run gave.
  struct Outcome {
    let code: Int32
    let output: String
    let errors: String
  }

  /// Where the tool is run.
  let folder: URL
  private let root: URL

  /// Runs `body` with a new workplace, which goes away afterwards.
  static func with<Result>(_ body: (Workplace) throws -> Result) throws -> Result {
    try ReferenceData.withTemporaryFolder { root in
      // People who are not root must be able to enter it, too.
      chmod(root.path, 0o755)
      let files = FileManager.default
      let weights = root.appendingPathComponent("weights")
      try files.createDirectory(at: weights, withIntermediateDirectories: false)
      for name in ["small.pkl", "conditional.pkl"] {
        try files.copyItem(
          at: ReferenceData.fixture("commands/\(name)"), to: weights.appendingPathComponent(name))
      }
      try Data(#"{"version": 1, "weights": []}"#.utf8)
        .write(to: weights.appendingPathComponent("index.json"))
      let place = Workplace(folder: root.appendingPathComponent("work"), root: root)
      try files.createDirectory(at: place.folder, withIntermediateDirectories: false)
      return try body(place)
    }
  }

  /// Runs the tool to its end.
  @discardableResult
  func run(_ arguments: String...) throws -> Outcome { try run(arguments) }

  /// Runs the tool to its end.
  @discardableResult
  func run(_ arguments: [String]) throws -> Outcome {
    try run(Self.tool().path, arguments)
  }

  /// Runs a command line of words without blanks.
  @discardableResult
  func run(words line: String) throws -> Outcome {
    try run(line.split(separator: " ").map(String.init))
  }

  /// Runs the tool, which must succeed.
  @discardableResult
  func succeed(_ line: String) throws -> Outcome {
    let outcome = try run(words: line)
    #expect(outcome.code == 0, "\(line): \(outcome.errors)")
    return outcome
  }

  /// Runs any program here to its end.
  func run(_ program: String, _ arguments: [String]) throws -> Outcome {
    let running = try start(program, arguments)
    running.process.waitUntilExit()
    return try running.outcome()
  }

  /// A program at work.
  struct Running {
    let process: Process
    fileprivate let streams: [URL]

    /// What it gave; call it after the end.
    func outcome() throws -> Outcome {
      let texts = try streams.map { String(decoding: try Data(contentsOf: $0), as: UTF8.self) }
      let bySignal = process.terminationReason == .uncaughtSignal
      return Outcome(
        code: bySignal ? -process.terminationStatus : process.terminationStatus, output: texts[0],
        errors: texts[1])
    }
  }

  /// Starts the tool.
  func start(_ arguments: [String]) throws -> Running { try start(Self.tool().path, arguments) }

  private func start(_ program: String, _ arguments: [String]) throws -> Running {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: program)
    process.arguments = arguments
    process.environment = ProcessInfo.processInfo.environment.merging(
      [
        "ATELIER_WEIGHTS": root.appendingPathComponent("weights").path,
        "XDG_CACHE_HOME": root.appendingPathComponent("cache").path,
      ]) { $1 }
    process.currentDirectoryURL = folder
    process.standardInput = FileHandle.nullDevice
    let id = UUID().uuidString
    let streams = ["output", "errors"].map { root.appendingPathComponent("\($0)-\(id)") }
    for stream in streams { try Data().write(to: stream) }
    process.standardOutput = try FileHandle(forWritingTo: streams[0])
    process.standardError = try FileHandle(forWritingTo: streams[1])
    try process.run()
    return Running(process: process, streams: streams)
  }

  /// The place of a file.
  func file(_ name: String) -> URL { folder.appendingPathComponent(name) }

  /// What a file holds.
  func data(_ name: String) throws -> Data { try Data(contentsOf: file(name)) }

  /// A PNG as a picture.
  func image(_ name: String) throws -> Image { try Image(contentsOf: file(name)) }

  /// Every file and folder here, hidden ones too.
  func names() throws -> [String] {
    try FileManager.default.subpathsOfDirectory(atPath: folder.path).sorted()
  }

  /// Files that broken input is made of: `d32.npy` and `d16.npy` (directions), `nan.npy`, `w9.npz`
  /// (W+ of too few rows), `short.pkl`, `empty.pkl`, `photo.pkl` (a JPEG) and `text.atelier`.
  func addBrokenFiles() throws {
    func npy(_ shape: String, _ values: [Float]) -> Data {
      var header = "{'descr': '<f4', 'fortran_order': False, 'shape': (\(shape)), }"
      header += String(repeating: " ", count: 63 - (header.utf8.count + 10) % 64) + "\n"
      var data = Data([0x93]) + Data("NUMPY".utf8) + Data([1, 0])
      data += Data([UInt8(header.utf8.count & 255), UInt8(header.utf8.count >> 8)])
      data += Data(header.utf8)
      return data + values.withUnsafeBytes { Data($0) }
    }
    let ones = [Float](repeating: 1, count: 320)
    try npy("32,", Array(ones[..<32])).write(to: file("d32.npy"))
    try npy("16,", Array(ones[..<16])).write(to: file("d16.npy"))
    try npy("32,", ones[..<31] + [.nan]).write(to: file("nan.npy"))
    try npy("32,", [Float](repeating: 1e38, count: 32)).write(to: file("huge.npy"))
    try npy("1, 9, 32", Array(ones[..<288])).write(to: file("w9.npy"))
    let network = try Data(contentsOf: ReferenceData.fixture("commands/small.pkl"))
    try network.prefix(300_000).write(to: file("short.pkl"))
    try Data().write(to: file("empty.pkl"))
    let photo = Data([0xFF, 0xD8, 0xFF, 0xE0, 0, 16]) + Data("JFIF".utf8)
    try (photo + Data(repeating: 7, count: 900)).write(to: file("photo.pkl"))
    try Data("a text, no project".utf8).write(to: file("text.atelier"))
  }

  /// Expects a refusal in one message that says `parts`, and that no file came, went or changed.
  func expectRefusal(
    _ arguments: [String], code: Int32, says parts: [String],
    sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    func state() throws -> [String: Data?] {
      var state: [String: Data?] = [:]
      // The log of a project comes and goes when it is opened.
      for name in try names() where !name.hasSuffix("-wal") && !name.hasSuffix("-shm") {
        state[name] = .some(try? data(name))
      }
      return state
    }
    let before = try state()
    let outcome = try run(arguments)
    let line = arguments.joined(separator: " ")
    #expect(
      outcome.code == code, "atelier \(line): \(outcome.errors)", sourceLocation: sourceLocation)
    #expect(outcome.output.isEmpty, "atelier \(line)", sourceLocation: sourceLocation)
    for part in parts {
      #expect(
        outcome.errors.contains(part), "atelier \(line): \(outcome.errors)",
        sourceLocation: sourceLocation)
    }
    let lines = outcome.errors.split(separator: "\n")
    #expect(
      lines.first?.hasPrefix("Error: ") == true && lines.count { $0.hasPrefix("Error: ") } == 1
        && (code == 64 || lines.count == 1),
      "one message, not: \(outcome.errors)", sourceLocation: sourceLocation)
    #expect(!outcome.errors.contains("CocoaError"), sourceLocation: sourceLocation)
    #expect(try state() == before, "atelier \(line)", sourceLocation: sourceLocation)
  }

  /// What the official scripts draw and map with the small networks, by name.
  static func expected(_ name: String) throws -> [Float] {
    try Checkpoint(contentsOf: ReferenceData.fixture("commands/expected.safetensors"))
      .tensor(name).withUnsafeBuffer(Array.init)
  }

  /// Picture `index` of an expected batch of pictures of `side` pixels.
  static func expectedPicture(_ name: String, _ index: Int, side: Int = 64) throws -> [UInt8] {
    let count = side * side * 3
    return try expected(name)[index * count..<(index + 1) * count].map { UInt8($0) }
  }

  /// The tool in the build folder of the running tests.
  static func tool() throws -> URL { try #require(executable, "the tool is not built") }

  private static let executable: URL? = {
    let places = [Bundle.main.executableURL?.path] + CommandLine.arguments.map(Optional.some)
    for place in places.compactMap(\.self) {
      var place = URL(fileURLWithPath: place).resolvingSymlinksInPath()
      while place.path != "/" {
        place = place.deletingLastPathComponent()
        let tool = place.appendingPathComponent("atelier").path
        var isFolder: ObjCBool = false
        if FileManager.default.fileExists(atPath: tool, isDirectory: &isFolder),
          !isFolder.boolValue, FileManager.default.isExecutableFile(atPath: tool)
        {
          return URL(fileURLWithPath: tool)
        }
      }
    }
    return nil
  }()
}

extension Image {
  /// Whether this is the picture that the official script draws: a few samples that lie on the
  /// border between two levels may fall to the other side.
  func isDrawn(as expected: [UInt8]) -> Bool {
    let differences = zip(pixels, expected).map { abs(Int($0) - Int($1)) }.filter { $0 > 0 }
    return pixels.count == expected.count && differences.count <= 3
      && differences.allSatisfy { $0 == 1 }
  }
}
