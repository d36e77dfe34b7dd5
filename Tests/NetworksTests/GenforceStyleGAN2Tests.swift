import Checkpoints
import Foundation
import Networks
import TestSupport
import Tensors
import Testing

/// The fixtures hold the weights of official TensorFlow networks under the names of the port, by
/// the port's own table of both, and the pictures of the official code.
@Suite("StyleGAN2 under the names of genforce")
struct GenforceStyleGAN2Tests {
  static let architectures = ["skip", "origin"]

  private static func file(_ architecture: String, _ name: String) -> URL {
    ReferenceData.fixture("networks/genforce_\(architecture)/\(name).safetensors")
  }

  @Test("Latents and pictures are those of the official code", arguments: architectures)
  func pictures(architecture: String) throws {
    let generator = try Generators.load(
      Checkpoint(contentsOf: Self.file(architecture, "generator")))
    let outputs = try Checkpoint(contentsOf: Self.file(architecture, "outputs"))
    let z = try Checkpoint(contentsOf: Self.file(architecture, "inputs")).tensor("z")
    let w = generator.mapping(z, label: nil), ws = generator.broadcast(w)
    let expected = try outputs.tensor("ws_psi1")
    try expectClose(w.reshaped(expected.shape), expected, tolerance: 1e-5)
    try expectClose(
      generator.synthesis(ws.rows(0..<1), SynthesisSettings()),
      outputs.tensor("img_psi1_const"), tolerance: 5e-5)
  }

  @Test("Conversion to safetensors and back keeps every bit", arguments: architectures)
  func conversion(architecture: String) throws {
    try expectUnchangedByConversion(Self.file(architecture, "generator"))
  }

  @Test("A tensor of the port that is missing is named as ours")
  func missing() throws {
    let stored = try Checkpoint(contentsOf: Self.file("skip", "generator"))
    let tensors = try stored.names.filter { $0 != "synthesis.layer5.style.bias" }
      .map { ($0, try stored.tensor($0)) }
    try ReferenceData.withTemporaryFolder { folder in
      let url = folder.appending(path: "damaged.safetensors")
      try Safetensors.write(tensors, to: url)
      let error = #expect(throws: NetworkError.self) {
        try Generators.load(Checkpoint(contentsOf: url))
      }
      #expect("\(try #require(error))".contains("synthesis.b32.conv0.affine.bias"))
    }
  }
}
