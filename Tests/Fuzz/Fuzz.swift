import Checkpoints
import Foundation
import Imaging
import Networks
import Tensors

/// Feeds damaged files to every reader: `fuzz COUNT [SEED] [READER] [FIRST]`.
///
/// Each reader gets COUNT mutations of its seed files, the same for the same SEED. A file is read
/// whole (every tensor, every pixel; a network is loaded); it must end in a value or an error of the
/// module within a second, and the process may not grow by more than four times the file and 64 MB.
/// The files before number FIRST are made and not read, to come back to one that crashed.
@main
struct Fuzz {
  /// One reader with the files that it starts from.
  struct Target {
    let name: String
    let seeds: [(url: URL, data: Data)]
    var mutate: (Data, inout RandomState) -> Data = Fuzz.mutate
    let read: (Data, URL) throws -> Void

    init(
      name: String, seeds: [URL],
      mutate: @escaping (Data, inout RandomState) -> Data = Fuzz.mutate,
      read: @escaping (Data, URL) throws -> Void
    ) throws {
      self.name = name
      self.seeds = try seeds.map { ($0, try Data(contentsOf: $0)) }
      self.mutate = mutate
      self.read = read
    }
  }

  /// The number of the file that is being read, for the report of a crash.
  nonisolated(unsafe) private static var current: Int32 = 0

  static func main() throws {
    let arguments = CommandLine.arguments
    let count = arguments.count > 1 ? Int(arguments[1]) ?? 2000 : 2000
    let seed = arguments.count > 2 ? UInt32(arguments[2]) ?? 1 : 1
    let only = arguments.count > 3 ? arguments[3] : nil
    let first = arguments.count > 4 ? Int(arguments[4]) ?? 0 : 0
    reportCrashes()
    var hasFailed = false
    for target in try targets() where only == nil || only == target.name {
      if try !run(target, first: first, count: count, seed: seed) { hasFailed = true }
    }
    exit(hasFailed ? 1 : 0)
  }

  /// Says which file it was before the process dies.
  private static func reportCrashes() {
    for crash in [SIGILL, SIGTRAP, SIGSEGV, SIGBUS, SIGFPE, SIGABRT] {
      signal(crash) { number in
        signal(number, SIG_DFL)
        var line: [UInt8] = Array("crashed at file ".utf8)
        line += Array(String(Fuzz.current).utf8) + [10]
        write(2, line, line.count)
        raise(number)
      }
    }
  }

  private static func targets() throws -> [Target] {
    let fixtures = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .deletingLastPathComponent().appendingPathComponent("Fixtures")
    func files(_ folder: String, _ suffix: String) -> [URL] {
      let folder = fixtures.appendingPathComponent(folder)
      let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
      return names.sorted().filter { $0.hasSuffix(suffix) }.map {
        folder.appendingPathComponent($0)
      }
    }
    let checkpoints = "checkpoints/"
    let torch = files(checkpoints + "torch_serialization", ".pt")
    return [
      try Target(
        name: "pickle",
        seeds: files(checkpoints + "pickle_objects", ".pkl")
          + files(checkpoints + "pickle_malicious", ".pkl"), read: checkpoint),
      try Target(
        name: "torch-zip", seeds: torch.filter { $0.lastPathComponent.contains("zip") },
        read: checkpoint),
      try Target(
        name: "torch-legacy", seeds: torch.filter { $0.lastPathComponent.contains("legacy") },
        read: checkpoint),
      try Target(
        name: "safetensors",
        seeds: files(checkpoints + "torch_serialization", ".safetensors")
          + files(checkpoints + "pickle_objects", ".safetensors"), read: checkpoint),
      try Target(name: "npy", seeds: files(checkpoints + "numpy_files", ".npy"), read: checkpoint),
      try Target(name: "npz", seeds: files(checkpoints + "numpy_files", ".npz"), read: checkpoint),
      try Target(name: "openvino", seeds: files("fuzz", ".xml"), read: checkpoint),
      try Target(name: "tar", seeds: files(checkpoints + "archives", ".tar.gz"), read: archive),
      try Target(name: "png", seeds: files("imaging", ".png"), read: picture),
      try Target(name: "jpeg", seeds: files("imaging/photos", ".jpg"), read: photograph),
      try Target(name: "map", seeds: files("imaging", ".png"), read: map),
      try networks(in: fixtures.appendingPathComponent("networks")),
    ]
  }

  private static func checkpoint(_ data: Data, _ url: URL) throws {
    let checkpoint = try Checkpoint(data, at: url)
    for name in checkpoint.names { _ = try checkpoint.tensor(name) }
  }

  private static func archive(_ data: Data, _ url: URL) throws {
    let archive = try TarArchive(MappedFile(named: url.path, copying: data).region)
    for name in archive.memberNames { _ = try archive.region(of: name).count }
  }

  private static func photograph(_ data: Data, _ url: URL) throws {
    _ = try Image(data: data, named: url.path)
  }

  private static func picture(_ data: Data, _ url: URL) throws {
    _ = try Image(pngData: data, named: url.path)
    _ = try PNGText.read(pngData: data, named: url.path)
  }

  private static func map(_ data: Data, _ url: URL) throws {
    _ = try IntegerMap(pngData: data, named: url.path, palette: .indices)
  }

  private static func run(_ target: Target, first: Int, count: Int, seed: UInt32) throws -> Bool {
    guard let largest = target.seeds.map(\.data.count).max() else {
      print("\(target.name): no seed files")
      return false
    }
    var random = RandomState(seed: seed)
    var values = 0, errors = 0, slowest = Duration.zero, isGood = true
    let before = peakMemory(), start = ContinuousClock.now
    for number in 0..<count {
      let (url, data) = target.seeds[random.integer(in: 0..<target.seeds.count)]
      let mutated = target.mutate(data, &random)
      if number < first { continue }
      current = Int32(truncatingIfNeeded: number)
      let begin = ContinuousClock.now
      do {
        try target.read(mutated, url)
        values += 1
      } catch is CheckpointError {
        errors += 1
      } catch is ImagingError {
        errors += 1
      } catch is NetworkError {
        errors += 1
      }
      let took = .now - begin
      slowest = max(slowest, took)
      if took > .seconds(1) {
        let place = FileManager.default.temporaryDirectory
          .appendingPathComponent("fuzz-\(target.name)-slow")
        try mutated.write(to: place)
        print("\(target.name): file \(number) took \(took); kept as \(place.path)")
        isGood = false
      }
    }
    let growth = peakMemory() - before
    if growth > 4 * largest + 64 << 20 {
      print("\(target.name): grew by \(growth >> 20) MB for files of at most \(largest) bytes")
      isGood = false
    }
    let seconds = (ContinuousClock.now - start) / .seconds(1)
    print(
      "\(target.name): \(count - first) files, \(values) values, \(errors) errors, slowest "
        + String(format: "%.1f ms", slowest / .milliseconds(1))
        + ", \(growth >> 20) MB more, " + String(format: "%.0f s", seconds))
    return isGood
  }

  /// One to eight changes: flipped, replaced, removed, repeated or inserted bytes, cut ends.
  static func mutate(_ data: Data, _ random: inout RandomState) -> Data {
    var bytes = [UInt8](data)
    for _ in 0...random.integer(in: 0..<8) where !bytes.isEmpty {
      let place = random.integer(in: 0..<bytes.count)
      let end = min(place + 1 + random.integer(in: 0..<16), bytes.count)
      switch random.integer(in: 0..<8) {
      case 0: bytes[place] ^= 1 << UInt8(random.integer(in: 0..<8))
      case 1: bytes[place] = UInt8(random.integer(in: 0..<256))
      case 2: bytes[place] = [0, 1, 0x7f, 0x80, 0xff][random.integer(in: 0..<5)]
      case 3: bytes.removeSubrange(place..<end)
      case 4: bytes.insert(contentsOf: bytes[place..<end], at: place)
      case 5: for i in place..<end { bytes[i] = 0xff }
      case 6:
        let other = random.integer(in: 0..<bytes.count)
        bytes.swapAt(place, other)
      default: if random.integer(in: 0..<4) == 0 { bytes.removeSubrange(place...) }
      }
    }
    return Data(bytes)
  }

  private static func peakMemory() -> Int {
    var usage = rusage()
    getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
    return usage.ru_maxrss << 10
  }
}
