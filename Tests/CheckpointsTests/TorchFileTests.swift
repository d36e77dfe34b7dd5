import Checkpoints
import Foundation
import Tensors
import Testing

@Suite("Torch files")
struct TorchFileTests {
  static let whole = [
    ("misc_zip.pt", "torch zip"), ("misc_zip_torch16.pt", "torch zip"),
    ("misc_zip_deflated.pt", "torch zip"), ("misc_legacy.pt", "torch legacy"),
  ]

  @Test("Every element type, stride and view reads as torch reads it", arguments: whole)
  func tensors(file: String, format: String) throws {
    let checkpoint = try Samples.open("torch_serialization/\(file)")
    let expected = try Samples.open("torch_serialization/expected.safetensors")
    #expect(checkpoint.format.name == format)
    #expect(!checkpoint.containsCode)
    for name in expected.names {
      let tensor = try checkpoint.tensor("state.\(name)")
      #expect(largestDifference(tensor, try expected.tensor(name)) == 0, "\(name)")
    }
    #expect(checkpoint.names.filter { $0.hasPrefix("state.") }.count == expected.names.count)
    #expect(checkpoint.tensors["state.f64"]?.type == .f64)
    #expect(checkpoint.tensors["state.bf16"]?.type == .bf16)
    #expect(try checkpoint.tensors["state.i64"]?.integers().count == 6)
  }

  @Test("Plain values beside the tensors keep their types and order", arguments: whole)
  func plainValues(file: String, format: String) throws {
    let checkpoint = try Samples.open("torch_serialization/\(file)")
    let meta = try #require(checkpoint.plain?["meta"])
    let expected = try #require(Samples.notes("torch_serialization")["meta"] as? [String: Any])
    for key in ["step", "name", "lr", "flag", "none", "dtype", "device"] {
      let value = try #require(meta[key])
      #expect(PickleTree(value) == PickleTree(json: expected[key] ?? NSNull()), "\(key)")
    }
    #expect(meta["tup"]?[0]?.integer == 1)
    #expect(meta["tup"]?[1]?.string == "x")
    #expect(meta["size"]?.elements?.compactMap(\.integer) == [1, 2])
    #expect(meta["nested"]?["list"]?[0]?.tensor?.shape == [2, 3])
    #expect(checkpoint.tensors["meta.nested.list.0"] != nil)
  }

  @Test("Views share their storage instead of copying it")
  func sharedStorage() throws {
    let checkpoint = try Samples.open("torch_serialization/misc_zip.pt")
    let base = try checkpoint.tensor("state.shared_base")
    let row = try checkpoint.tensor("state.view_row2")
    let distance = base.withUnsafeBuffer { base in
      row.withUnsafeBuffer { $0.baseAddress.flatMap { base.baseAddress?.distance(to: $0) } }
    }
    #expect(distance == 12)
  }

  @Test(
    "A file cut short says so, with its name",
    arguments: ["bad_truncated_legacy.pt", "bad_truncated_zip.pt"])
  func truncated(file: String) throws {
    let error = #expect(throws: CheckpointError.self) {
      try Samples.open("torch_serialization/\(file)")
    }
    let message = try #require(error).description
    #expect(message.contains(file) && message.contains("byte"))
    #expect(message.contains("cut short"))
  }
}
