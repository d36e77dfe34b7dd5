import Checkpoints
import Foundation
import TestSupport
import Tensors

/// The fixtures' files, and small files made on the spot.
enum Samples {
  static func url(_ path: String) -> URL { ReferenceData.fixture("checkpoints/\(path)") }

  static func bytes(_ path: String) throws -> [UInt8] { try [UInt8](Data(contentsOf: url(path))) }

  static func open(_ path: String) throws -> Checkpoint { try Checkpoint(contentsOf: url(path)) }

  /// The `case.json` of a fixture folder.
  static func notes(_ folder: String) throws -> [String: Any] {
    let data = try Data(contentsOf: url("\(folder)/case.json"))
    return try JSONSerialization.jsonObject(with: data) as? [String: Any] ?? [:]
  }

  /// Reads bytes as if they were a file of this name.
  static func read(_ bytes: some Collection<UInt8>, named name: String = "sample") throws
    -> Checkpoint
  {
    try Checkpoint(bytes, at: URL(fileURLWithPath: "/nowhere/\(name)"))
  }

  /// A safetensors file of this header and so many bytes of data.
  static func safetensors(_ header: String, data: Int) -> [UInt8] {
    withUnsafeBytes(of: UInt64(header.utf8.count).littleEndian) { Array($0) } + Array(header.utf8)
      + [UInt8](repeating: 0, count: data)
  }

  /// Reads a file in every way: all tensors, all modules. Gives the number of tensors, or `nil`
  /// for a `CheckpointError`; any other error is thrown on.
  static func tensorCount(_ bytes: some Collection<UInt8>, named name: String) throws -> Int? {
    do {
      let checkpoint = try read(bytes, named: name)
      for tensor in checkpoint.tensors.values { _ = try tensor.tensor().count }
      _ = checkpoint.modules.map { $0.configuration.entries?.count }
      return checkpoint.tensors.count
    } catch let error as CheckpointError {
      _ = error.description
      return nil
    }
  }
}

/// The largest difference of elements; `nil` where the shapes differ.
func largestDifference(_ a: Tensor, _ b: Tensor) -> Float? {
  guard a.shape == b.shape else { return nil }
  return zip(a.scalars, b.scalars).reduce(0) { largest, pair in
    pair.0 == pair.1 || (pair.0.isNaN && pair.1.isNaN)
      ? largest : max(largest, abs(pair.0 - pair.1))
  }
}

/// A small generator with a seed (SplitMix64), so that every run damages files alike.
struct SeededGenerator: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }
}
