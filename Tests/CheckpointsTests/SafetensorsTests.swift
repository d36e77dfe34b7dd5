import Checkpoints
import Foundation
import Tensors
import TestSupport
import Testing

@Suite("Safetensors")
struct SafetensorsTests {
  @Test(
    "A header that does not fit the file is refused",
    arguments: [
      (#"{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}"#, 4),
      (#"{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}"#, 12),
      (#"{"a":{"dtype":"F32","shape":[3],"data_offsets":[0,8]}}"#, 8),
      (#"{"a":{"dtype":"F32","shape":[2],"data_offsets":[8,0]}}"#, 8),
      (#"{"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}"#, 8),
      (#"{"a":{"dtype":"F32","shape":[-2],"data_offsets":[0,8]}}"#, 8),
      (#"{"a":{"dtype":"F32","shape":[2.5],"data_offsets":[0,8]}}"#, 8),
      (#"{"a":{"dtype":"F8_E5M2","shape":[8],"data_offsets":[0,8]}}"#, 8),
      (#"{"a":{"dtype":"F32","shape":[4611686018427387904,4],"data_offsets":[0,0]}}"#, 0),
      (#"{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,18446744073709551615]}}"#, 8),
      (#"{"a":{"dtype":"F32","shape":[2]}}"#, 8), (#"{"a":[1]}"#, 0), (#"{"a":"#, 0), ("{x", 0),
      (
        #"{"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4]},"#
          + #""b":{"dtype":"U8","shape":[4],"data_offsets":[2,6]}}"#, 6
      ),
      (
        #"{"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4]},"#
          + #""a":{"dtype":"U8","shape":[4],"data_offsets":[0,4]}}"#, 4
      ),
      (#"{"a":"# + String(repeating: "[", count: 200_000), 0),
      (#"{"a":"# + String(repeating: #"{"a":"#, count: 200_000), 0),
      (#"{"a":{"dtype":"U8","shape":[1e400],"data_offsets":[0,8]}}"#, 8),
      (#"{"a":{"dtype":"U8","shape":[0],"data_offsets":[0,1e1]}}"#, 10),
      (#"{"__metadata__":{"a":1}}"#, 0), (#"{"__metadata__":{"a":"1","a":"2"}}"#, 0),
    ])
  func badHeaders(header: String, data: Int) {
    #expect(throws: CheckpointError.self) {
      try Samples.read(Samples.safetensors(header, data: data))
    }
  }

  @Test("Names come in the order of the data, metadata as text")
  func order() throws {
    let header =
      #"{"__metadata__":{"family":"stylegan2"},"b":{"dtype":"F32","shape":[1],"#
      + #""data_offsets":[4,8]},"z":{"dtype":"F32","shape":[],"data_offsets":[0,4]}}   "#
    let checkpoint = try Samples.read(Samples.safetensors(header, data: 8))
    #expect(checkpoint.names == ["z", "b"])
    #expect(checkpoint.metadata == ["family": "stylegan2"])
    #expect(checkpoint.format.name == "safetensors")
    #expect(try Samples.read(Samples.safetensors("{}", data: 0)).names.isEmpty)
  }

  @Test("What is written reads back without a copy, and order does not change the bytes")
  func writing() throws {
    let tensors: [(name: String, tensor: Tensor)] = [
      ("mapping.fc0.weight", Tensor((0..<12).map { Float($0) / 7 }, shape: [3, 4])),
      ("w_avg", Tensor([.infinity, -0.0, .leastNonzeroMagnitude], shape: [3])),
      ("é \"quoted\" \\ / \u{1}", Tensor(1.5)), ("empty", Tensor(zeros: [0, 2])),
    ]
    try ReferenceData.withTemporaryFolder { folder in
      let (one, two) = (folder.appending(path: "one"), folder.appending(path: "two"))
      try Safetensors.write(tensors, metadata: ["b": "2", "a": "1"], to: one)
      try Safetensors.write(tensors.reversed(), metadata: ["a": "1", "b": "2"], to: two)
      let bytes = try Data(contentsOf: one)
      #expect(try bytes == Data(contentsOf: two))
      let header = bytes.prefix(8).reversed().reduce(0) { $0 << 8 | Int($1) }
      #expect((8 + header) % 64 == 0)
      let checkpoint = try Checkpoint(contentsOf: one)
      #expect(Set(checkpoint.names) == Set(tensors.map(\.name)))
      #expect(checkpoint.metadata == ["a": "1", "b": "2"])
      for (name, tensor) in tensors {
        #expect(try checkpoint.tensor(name).shape == tensor.shape)
        #expect(
          try checkpoint.tensor(name).scalars.map(\.bitPattern) == tensor.scalars.map(\.bitPattern))
      }
      #expect(try checkpoint.digest() == Digest(of: bytes))
      // Overwriting is whole, and nothing else is left behind.
      try Safetensors.write([tensors[1]], to: one)
      #expect(try Checkpoint(contentsOf: one).names == ["w_avg"])
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).count == 2)
    }
  }

  @Test("A tensor outlives its checkpoint and a file that was replaced")
  func lifetime() throws {
    try ReferenceData.withTemporaryFolder { folder in
      let url = folder.appending(path: "a.safetensors")
      try Safetensors.write([("a", Tensor([1, 2, 3], shape: [3]))], to: url)
      let tensor = try Checkpoint(contentsOf: url).tensor("a")
      try Safetensors.write([("a", Tensor([4, 5, 6], shape: [3]))], to: url)
      #expect(tensor.scalars == [1, 2, 3])
      #expect(try Checkpoint(contentsOf: url).tensor("a").scalars == [4, 5, 6])
    }
  }

  @Test("A write that fails leaves the old file and no trace")
  func failedWrite() throws {
    try ReferenceData.withTemporaryFolder { folder in
      let url = folder.appending(path: "a")
      try Data("old".utf8).write(to: url)
      #expect(throws: CocoaError.self) {
        try AtomicFile.write(to: url) { file in
          try file.write(Data("half of the new".utf8))
          throw CocoaError(.fileWriteOutOfSpace)
        }
      }
      #expect(try Data(contentsOf: url) == Data("old".utf8))
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["a"])
      #expect(throws: CheckpointError.self) {
        try Safetensors.write([], to: folder.appending(path: "none/b"))
      }
      let tensor = Tensor(1)
      #expect(throws: CheckpointError.self) {
        try Safetensors.write([("a", tensor), ("a", tensor)], to: url)
      }
    }
  }
}
