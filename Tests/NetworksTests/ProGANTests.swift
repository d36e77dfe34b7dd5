import Checkpoints
import Foundation
import Networks
import TestSupport
import Tensors
import Testing

@Suite("ProGAN")
struct ProGANTests {
  private func reference(_ name: String) throws -> ProgressiveReference {
    try ProgressiveReference(ReferenceData.fixture("networks/\(name)"))
  }

  @Test(
    "Gives the reference's pictures at every level of detail, and judgements with class scores",
    arguments: [("progan_fused", 3), ("progan_small", 5)])
  func fixtures(name: String, outputs: Int) throws {
    #expect(try reference(name).compareAll() == outputs)
  }

  @Test(
    "So do the networks of the reference data, the ports among them",
    .enabled(if: ReferenceData.shared != nil, Comment(rawValue: ReferenceData.sharedIsMissing)),
    arguments: ["progan_fused", "progan_unfused"],
    ["network-final.pkl", "genforce_generator.pth"])
  func shared(name: String, checkpoint: String) throws {
    let folder = try ReferenceData.shared("goldens/\(name)")
    #expect(try ProgressiveReference(folder, checkpoint: checkpoint).compareAll() >= 2)
  }

  @Test("w is the normalised z and label, one row, and truncation draws it to 0")
  func latents() throws {
    let generator = try reference("progan_small").generator
    #expect(
      generator.size
        == GeneratorSize(
          zDim: 14, wDim: 18, classes: 4, rows: 1, resolution: 16, imageChannels: 1))
    let w = generator.mapping(
      .sample([2, 14]), label: Tensor([1, 0, 0, 0, 0, 0, 1, 0], shape: [2, 4]))
    for n in 0..<2 {
      let square = w.row(n).scalars.reduce(0) { $0 + $1 * $1 }
      #expect(abs(square / 18 - 1) < 1e-5)
    }
    #expect(generator.meanLatent.bits == Tensor(zeros: [18]).bits)
    #expect(generator.styleWeights(row: 0).map(\.shape) == [[160, 18]])
    #expect(generator.styleWeights(row: 1).isEmpty)
  }

  @Test("A converted network gives the same bytes", arguments: ["progan_fused", "progan_small"])
  func conversion(name: String) throws {
    let reference = try reference(name)
    let ws = try reference.ws()
    #expect(
      try reference.converted().synthesis(ws, noise: .const).bits
        == reference.generator.synthesis(ws, noise: .const).bits)
  }

  @Test("One report names all that is missing, misshaped or not known")
  func damage() throws {
    var network = try reference("progan_small").network
    network.parameters["synthesis.b4.dense.bias"] = nil
    network.parameters["synthesis.b8.conv0.weight"] = Parameter(shape: [1]) {
      Tensor([0], shape: [1])
    }
    network.parameters["synthesis.b8.noise"] = Parameter(shape: []) { Tensor(0) }
    let report = #expect(throws: NetworkError.self) { try Generators.load(network) }
    let text = "\(try #require(report))"
    for name in ["b4.dense.bias", "b8.conv0.weight", "b8.noise"] {
      #expect(text.contains("synthesis.\(name)"))
    }
  }
}
