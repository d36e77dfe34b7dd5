import Checkpoints
import Foundation
import Tensors
import TestSupport
import Testing

@Suite("NumPy files")
struct NumPyFileTests {
  @Test(
    "An array of any type, order and header version reads as NumPy reads it",
    arguments: [
      ("bool", "bool"), ("empty", "empty"), ("f2", "f2"), ("f4_be", "f4_be"), ("f4_c", "f4_c"),
      ("f8_fortran", "f8_fortran"), ("i8", "i8"), ("u1", "u1"), ("version1", "f4_c"),
      ("version2", "f4_c"), ("version3", "f4_c"), ("scalar0d", "scalar0d"),
    ])
  func arrays(file: String, name: String) throws {
    let checkpoint = try Samples.open("numpy_files/\(file).npy")
    let expected = try Samples.open("numpy_files/expected.safetensors").tensor(name)
    #expect(checkpoint.format.name == "npy")
    #expect(checkpoint.names == ["tensor"])
    let tensor = try checkpoint.tensor("tensor")
    if file == "scalar0d" { #expect(tensor.shape == []) }
    #expect(largestDifference(tensor.reshaped(expected.shape), expected) == 0)
  }

  @Test("Archives give their members' names, stored or deflated")
  func archives() throws {
    let expected = try Samples.open("numpy_files/expected.safetensors")
    let deflated = try Samples.open("numpy_files/compressed.npz")
    #expect(deflated.format.name == "npz")
    #expect(deflated.names.sorted() == ["a", "b"])
    #expect(try largestDifference(deflated.tensor("a"), expected.tensor("f4_c")) == 0)
    #expect(try largestDifference(deflated.tensor("b"), expected.tensor("i8")) == 0)
    let stored = try Samples.open("numpy_files/projected_w.npz")
    #expect(try largestDifference(stored.tensor("w"), expected.tensor("projected_w.w")) == 0)
  }

  @Test("An array of objects is refused, with the reason")
  func objects() throws {
    let error = #expect(throws: CheckpointError.self) {
      try Samples.open("numpy_files/object_array_refuse.npy")
    }
    #expect(try #require(error).description.contains("array of objects"))
  }

  @Test("Damaged arrays give an error", arguments: ["bad_magic.npy", "bad_truncated.npy"])
  func damaged(file: String) {
    #expect(throws: CheckpointError.self) { try Samples.open("numpy_files/\(file)") }
  }

  @Test(
    "A header that lies about its array gives an error",
    arguments: [
      "{'descr': '<f4', 'fortran_order': False, 'shape': (4611686018427387904, 4), }",
      "{'descr': '<f4', 'fortran_order': False, 'shape': (99999999999999999999,), }",
      "{'descr': '<f4', 'fortran_order': False, 'shape': (-1,), }",
      "{'descr': '<f4', 'fortran_order': False, 'shape': (3,), 'shape': (4,), }",
      "{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (1,), }",
      "{'descr': '<M8', 'fortran_order': False, 'shape': (1,), }",
      "{'descr': '<f4', 'fortran_order': __import__('os'), 'shape': (1,), }", "{", "",
    ])
  func lyingHeader(header: String) {
    var bytes: [UInt8] = [0x93, 0x4E, 0x55, 0x4D, 0x50, 0x59, 1, 0]
    bytes += [UInt8(header.utf8.count), 0] + Array(header.utf8) + [0, 0, 0, 0]
    #expect(throws: CheckpointError.self) { try Samples.read(bytes, named: "a.npy") }
  }

  @Test("What is written reads back, and twice gives the same bytes")
  func writing() throws {
    let tensors: [(name: String, tensor: Tensor)] = [
      ("w", Tensor((0..<24).map(Float.init), shape: [2, 3, 4])), ("row", Tensor([1], shape: [1])),
      ("empty", Tensor(zeros: [0, 3])), ("scalar", Tensor(2.5)),
    ]
    try ReferenceData.withTemporaryFolder { folder in
      let (first, second) = (folder.appending(path: "a.npz"), folder.appending(path: "b.npz"))
      try NumPy.writeNPZ(tensors, to: first)
      try NumPy.writeNPZ(tensors, to: second)
      #expect(try Data(contentsOf: first) == Data(contentsOf: second))
      let archive = try Checkpoint(contentsOf: first)
      #expect(archive.names == tensors.map(\.name))
      for (name, tensor) in tensors {
        #expect(try largestDifference(archive.tensor(name), tensor) == 0)
        let file = folder.appending(path: "\(name).npy")
        try NumPy.writeNPY(tensor, to: file)
        #expect(try largestDifference(Checkpoint(contentsOf: file).tensor("tensor"), tensor) == 0)
        // The archive's member is the single file, byte for byte.
        let member = try ZipArchive(contentsOf: first).member(named: "\(name).npy")
        #expect(try member == Data(contentsOf: file))
      }
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).count == 6)
      #expect(throws: CheckpointError.self) {
        try NumPy.writeNPZ([tensors[0], tensors[0]], to: folder.appending(path: "c.npz"))
      }
    }
  }
}
