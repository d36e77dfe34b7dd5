import Checkpoints
import Foundation
import Networks
import Tensors

extension Fuzz {
  /// Networks of every family and layout, and each converted: the whole road from the file through
  /// its family and configuration to a generator and a discriminator.
  static func networks(in folder: URL) throws -> Target {
    let suffixes = [".pkl", ".pt", ".pth", "/generator.safetensors"]
    var originals: [URL] = []
    for case let path as String in FileManager.default.enumerator(atPath: folder.path) ?? .init()
    where suffixes.contains(where: { path.hasSuffix($0) }) {
      originals.append(folder.appendingPathComponent(path))
    }
    originals.sort { $0.path < $1.path }
    let place = FileManager.default.temporaryDirectory
      .appendingPathComponent("fuzz-networks-\(ProcessInfo.processInfo.processIdentifier)")
    try FileManager.default.createDirectory(at: place, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: place) }
    let converted = try originals.enumerated().map { index, original in
      let url = place.appendingPathComponent("\(index).safetensors")
      try Generators.canonical(Checkpoint(contentsOf: original)).write(to: url)
      return url
    }
    return try Target(
      name: "networks", seeds: originals + converted, mutate: mutateNetwork, read: network)
  }

  private static func network(_ data: Data, _ url: URL) throws {
    let network = try Generators.canonical(Checkpoint(data, at: url))
    _ = try Generators.load(network)
    _ = try Generators.loadDiscriminator(network)
  }

  /// Nearly all of a network's file is numbers, where damage is only another network: most changes
  /// are made where there is text, and some exchange one text or digit for another.
  private static func mutateNetwork(_ data: Data, _ random: inout RandomState) -> Data {
    if random.integer(in: 0..<8) == 0 { return mutate(data, &random) }
    var bytes = [UInt8](data)
    for _ in 0...random.integer(in: 0..<4) where bytes.count > 64 {
      guard let place = textPlace(in: bytes, &random) else { break }
      let length = min(1 + random.integer(in: 0..<12), bytes.count - place)
      switch random.integer(in: 0..<8) {
      case 0: bytes[place] ^= 1 << UInt8(random.integer(in: 0..<8))
      case 1: bytes[place] = UInt8(random.integer(in: 0..<256))
      case 2: bytes[place] = [0, 1, 0x7f, 0x80, 0xff][random.integer(in: 0..<5)]
      case 3, 4:
        let digits = (place..<min(place + 32, bytes.count)).filter { (48..<58).contains(bytes[$0]) }
        guard !digits.isEmpty else { continue }
        let digit = digits[random.integer(in: 0..<digits.count)]
        bytes[digit] = UInt8(48 + random.integer(in: 0..<10))
      case 5:
        guard let other = textPlace(in: bytes, &random) else { continue }
        for i in 0..<min(length, bytes.count - other) { bytes[place + i] = bytes[other + i] }
      case 6: bytes.removeSubrange(place..<place + length)
      default: bytes.insert(contentsOf: bytes[place..<place + length], at: place)
      }
    }
    return Data(bytes)
  }

  /// A place shortly before, in or after a text of six characters or more.
  private static func textPlace(in bytes: [UInt8], _ random: inout RandomState) -> Int? {
    for _ in 0..<64 {
      let start = random.integer(in: 0..<bytes.count)
      var run = 0
      for place in start..<min(start + 4096, bytes.count) {
        run = (32..<127).contains(bytes[place]) ? run + 1 : 0
        if run == 6 { return max(place - 8 + random.integer(in: 0..<24), 0) % bytes.count }
      }
    }
    return nil
  }
}
