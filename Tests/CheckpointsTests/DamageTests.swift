import Checkpoints
import Foundation
import Tensors
import TestSupport
import Testing

@Suite("Damaged files")
struct DamageTests {
  static let files = [
    "torch_serialization/misc_zip.pt", "torch_serialization/misc_zip_deflated.pt",
    "torch_serialization/misc_legacy.pt", "torch_serialization/expected.safetensors",
    "numpy_files/f8_fortran.npy", "numpy_files/projected_w.npz", "numpy_files/compressed.npz",
    "pickle_objects/basic_p0.pkl", "pickle_objects/basic_p4.pkl", "pickle_objects/numpy_p0.pkl",
    "pickle_objects/numpy_p2.pkl", "pickle_objects/numpy_p5.pkl",
    "pickle_objects/python2_numpy_p2.pkl", "pickle_objects/cyclic_benign_p4.pkl",
  ]

  @Test("A file cut anywhere is a value or an error", .timeLimit(.minutes(5)), arguments: files)
  func truncation(file: String) throws {
    let bytes = try Samples.bytes(file)
    var values = 0
    for length in 0..<bytes.count
    where try Samples.tensorCount(bytes.prefix(length), named: file) != nil {
      values += 1
    }
    // Only archives and arrays with bytes to spare may still make sense.
    print("\(file): cut at \(bytes.count) lengths, \(values) still read")
    #expect(values <= 1 || file.hasSuffix(".npy"))
  }

  @Test(
    "A file with damaged bytes is a value or an error", .timeLimit(.minutes(5)), arguments: files)
  func flippedBytes(file: String) throws {
    let bytes = try Samples.bytes(file)
    var generator = SeededGenerator(state: 85)
    var values = 0
    let rounds = 3000
    for round in 0..<rounds {
      var damaged = bytes
      for _ in 0...round % 4 {
        let place = Int.random(in: 0..<bytes.count, using: &generator)
        damaged[place] =
          [0, 0xFF, damaged[place] ^ (1 << UInt8.random(in: 0..<8, using: &generator))]
          .randomElement(using: &generator) ?? 0
      }
      if try Samples.tensorCount(damaged, named: file) != nil { values += 1 }
    }
    print("\(file): \(rounds) damaged copies, \(values) still read")
  }

  @Test(
    "Files that are something else say what they look like",
    arguments: [
      ([0xFF, 0xD8, 0xFF, 0xE0], "a JPEG image"),
      ([0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A], "a PNG image"),
      (Array("\n<!DOCTYPE html><html>".utf8), "an HTML page"),
      (Array("version https://git-lfs.github.com/spec/v1\noid".utf8), "a Git LFS pointer"),
      ([], "an empty file"), (Array("{\"error\": 404}".utf8), "JSON text"),
      ([UInt8](repeating: 0, count: 100), "nothing but zeros"), ([0x1F, 0x8B, 8], "gzip"),
      (Array("hello".utf8), "nothing known (it starts with 68 65 6c 6c 6f)"),
    ] as [([UInt8], String)])
  func foreign(bytes: [UInt8], name: String) throws {
    let error = #expect(throws: CheckpointError.self) {
      try Samples.read(bytes, named: "network.pkl")
    }
    guard case .unrecognized(_, let looksLike, let advice) = try #require(error) else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(looksLike.hasPrefix(name) && !advice.isEmpty)
  }

  @Test("Missing files, folders and devices give an error")
  func unreadable() throws {
    try ReferenceData.withTemporaryFolder { folder in
      for path in [folder.path, folder.path + "/none", "/dev/zero", "/dev/null"] {
        #expect(throws: CheckpointError.self) {
          try Checkpoint(contentsOf: URL(fileURLWithPath: path))
        }
      }
    }
  }

  @Test("Asking for a tensor that is not there names some that are")
  func missingTensor() throws {
    let checkpoint = try Samples.open("numpy_files/compressed.npz")
    let error = #expect(throws: CheckpointError.self) { try checkpoint.tensor("w_avg") }
    let message = try #require(error).description
    #expect(message.contains("w_avg") && message.contains("a, b"))
  }
}
