import Checkpoints
import Foundation
import Networks
import TestSupport
import Tensors
import Testing

@Suite("StyleGAN2 from TensorFlow")
struct StyleGAN2TensorFlowTests {
  static let file = ReferenceData.fixture("networks/sg2tf_resnet/stylegan2-config.pkl")
  static let shared = [
    "sg2tf_skip/stylegan2-config.pkl", "sg2tf_orig/stylegan2-config.pkl",
    "sg2tf_cond/network-final.pkl", "sg2tf_revised/network-final.pkl",
    "sg2ada_tf_cond/network-final.pkl",
  ]

  @Test("Pictures and logits are those of the official code")
  func reference() throws { try Self.compare(Self.file) }

  @Test(
    "So are those of every architecture, with labels and with levels of detail",
    .enabled(if: ReferenceData.shared != nil, Comment(rawValue: ReferenceData.sharedIsMissing)),
    arguments: shared)
  func references(path: String) throws {
    try Self.compare(ReferenceData.shared("goldens/\(path)"))
  }

  @Test("The default truncation is ψ = 0.5 on all layers")
  func defaultTruncation() throws {
    let generator = try Generators.load(Checkpoint(contentsOf: Self.file))
    #expect(generator.defaultTruncation.psi == 0.5)
    #expect(generator.defaultTruncation.cutoff == nil)
  }

  @Test("Conversion to safetensors and back keeps every bit of the picture")
  func roundTrip() throws { try expectUnchangedByConversion(Self.file) }

  /// ws, pictures without truncation and logits of a case against its outputs.
  static func compare(_ file: URL) throws {
    let folder = file.deletingLastPathComponent()
    let inputs = try Checkpoint(contentsOf: folder.appending(path: "inputs.safetensors"))
    let outputs = try Checkpoint(contentsOf: folder.appending(path: "outputs.safetensors"))
    let network = try Generators.canonical(Checkpoint(contentsOf: file))
    let generator = try Generators.load(network)
    let label = inputs.tensors["labels"] == nil ? nil : try inputs.tensor("labels")
    let ws = generator.broadcast(generator.mapping(try inputs.tensor("z"), label: label))
    try expectClose(ws, outputs.tensor("ws_psi1"), tolerance: 1e-5)
    for name in outputs.names where name.hasPrefix("img_psi1_") {
      let expected = try outputs.tensor(name)
      let lod = name.split(separator: "lod").last.flatMap { Float($0) }
      let settings = SynthesisSettings(noise: name.hasSuffix("none") ? .none : .const, lod: lod)
      let images = generator.synthesis(ws.rows(0..<expected.shape[0]), settings)
      try expectClose(images, expected, tolerance: 5e-5)
    }
    let discriminator = try #require(try Generators.loadDiscriminator(network))
    try expectClose(
      discriminator.logits(outputs.tensor("img_psi1_const"), label: label),
      outputs.tensor("D_logits"), tolerance: 5e-5)
  }
}

/// Expects equal shapes and differences within `tolerance` · max(1, max|expected|).
func expectClose(_ found: Tensor, _ expected: Tensor, tolerance: Float) throws {
  try #require(found.shape == expected.shape)
  let error = (found - expected).largestMagnitude
  #expect(error <= tolerance * max(1, expected.largestMagnitude))
}

/// Expects the pictures of a file and of its canonical safetensors to be equal to the bit.
func expectUnchangedByConversion(_ file: URL) throws {
  let network = try Generators.canonical(Checkpoint(contentsOf: file))
  try ReferenceData.withTemporaryFolder { folder in
    let converted = folder.appending(path: "network.safetensors")
    try network.write(to: converted)
    let pictures = try [network, Generators.canonical(Checkpoint(contentsOf: converted))].map {
      network in
      let generator = try Generators.load(network)
      var random = RandomState(seed: 7)
      let w = generator.mapping(random.randn([1, generator.size.zDim]), label: nil)
      return generator.synthesis(generator.broadcast(w), SynthesisSettings()).scalars
    }
    #expect(pictures[0].map(\.bitPattern) == pictures[1].map(\.bitPattern))
  }
}
