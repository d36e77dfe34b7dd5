import Checkpoints
import Foundation
import Networks
import TestSupport
import Tensors
import Testing

@Suite("StyleGAN3")
struct StyleGAN3Tests {
  static let file = ReferenceData.fixture("networks/sg3_t/network-snapshot-000500.pkl")

  @Test("Pictures and logits of configuration T are those of the official code")
  func translation() throws { try Self.compare(Self.file) }

  @Test(
    "So are those of configuration R",
    .enabled(if: ReferenceData.shared != nil, Comment(rawValue: ReferenceData.sharedIsMissing)))
  func rotation() throws {
    try Self.compare(ReferenceData.shared("goldens/sg3_r/network-snapshot-000500.pkl"))
  }

  @Test("Conversion to safetensors and back keeps every bit of the picture")
  func roundTrip() throws { try expectUnchangedByConversion(Self.file) }

  @Test("A picture does not depend on what else is in its batch")
  func batches() throws {
    let generator = try Generators.load(Checkpoint(contentsOf: Self.file))
    var random = RandomState(seed: 3)
    let ws = generator.broadcast(generator.mapping(random.randn([3, 24]), label: nil))
    let together = generator.synthesis(ws, SynthesisSettings())
    let alone = generator.synthesis(ws.rows(1..<2), SynthesisSettings())
    try expectClose(alone, together.rows(1..<2), tolerance: 1e-5)
  }

  @Test("Every row of W+ reads one style, and the network says what it takes")
  func description() throws {
    let generator = try Generators.load(Checkpoint(contentsOf: Self.file))
    #expect(generator.size.rows == 16)
    #expect(generator.layers.map(\.row) == Array(0..<16))
    #expect((0..<16).allSatisfy { generator.styleWeights(row: $0).count == 1 })
    #expect(generator.takesTransform)
    #expect(!generator.isTrainedWithMixing)
  }

  @Test("Plain tensors without options give the same picture as the snapshot")
  func plainTensors() throws {
    let snapshot = try Checkpoint(contentsOf: Self.file)
    let tensors = try snapshot.names.filter { $0.hasPrefix("G_ema.") }
      .map { (String($0.dropFirst(6)), try snapshot.tensor($0)) }
    try ReferenceData.withTemporaryFolder { folder in
      let url = folder.appending(path: "plain.safetensors")
      try Safetensors.write(tensors, to: url)
      let pictures = try [snapshot, Checkpoint(contentsOf: url)].map { checkpoint in
        let generator = try Generators.load(checkpoint)
        return generator.synthesis(
          generator.broadcast(.sample([1, generator.size.wDim])), SynthesisSettings())
      }
      #expect(pictures[0].bits == pictures[1].bits)
    }
  }

  @Test("A gap in the layers is named")
  func gap() throws {
    let snapshot = try Checkpoint(contentsOf: Self.file)
    let tensors = try snapshot.names.filter { $0.hasPrefix("G_ema.") && !$0.contains(".L5_") }
      .map { ($0, try snapshot.tensor($0)) }
    try ReferenceData.withTemporaryFolder { folder in
      let url = folder.appending(path: "gap.safetensors")
      try Safetensors.write(tensors, to: url)
      let error = #expect(throws: NetworkError.self) {
        try Generators.load(Checkpoint(contentsOf: url))
      }
      #expect("\(try #require(error))".contains("1 missing: synthesis.L5_"))
    }
  }

  @Test("Transforms without two numbers of translation or nine of a matrix are refused")
  func damagedTransforms() throws {
    for text in [#"{"translate":[1]}"#, #"{"matrix":[1,0]}"#] {
      #expect(throws: DecodingError.self) {
        try JSONDecoder().decode(InputTransform.self, from: Data(text.utf8))
      }
    }
    let moved = InputTransform(x: 0.1, y: -0.2, rotate: 15)
    let copy = try JSONDecoder().decode(
      InputTransform.self, from: JSONEncoder().encode(moved))
    #expect(copy == moved)
  }

  /// ws, pictures, a transformed picture and logits of a case against its outputs.
  static func compare(_ file: URL) throws {
    let folder = file.deletingLastPathComponent()
    let inputs = try Checkpoint(contentsOf: folder.appending(path: "inputs.safetensors"))
    let outputs = try Checkpoint(contentsOf: folder.appending(path: "outputs.safetensors"))
    let network = try Generators.canonical(Checkpoint(contentsOf: file))
    let generator = try Generators.load(network)
    let ws = generator.broadcast(generator.mapping(try inputs.tensor("z"), label: nil))
    try expectClose(ws, outputs.tensor("ws_psi1"), tolerance: 1e-5)
    let images = generator.synthesis(ws, SynthesisSettings())
    try expectClose(images, outputs.tensor("img_psi1"), tolerance: 5e-5)
    let first = try outputs.tensor("ws_psi0.7").rows(0..<1)
    let matrix = try outputs.tensor("transform0_matrix").scalars
    let moved = InputTransform(x: 0.1, y: -0.2, rotate: 15)
    for transform in [moved, InputTransform(matrix: matrix)] {
      try expectClose(
        generator.synthesis(first, SynthesisSettings(transform: transform)),
        outputs.tensor("img_transform0"), tolerance: 5e-5)
    }
    let discriminator = try #require(try Generators.loadDiscriminator(network))
    try expectClose(
      discriminator.logits(outputs.tensor("img_psi1"), label: nil), outputs.tensor("D_logits"),
      tolerance: 5e-5)
  }
}
