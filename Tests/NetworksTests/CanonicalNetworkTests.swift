import Checkpoints
import Foundation
import Networks
import TestSupport
import Tensors
import Testing

@Suite("Canonical networks")
struct CanonicalNetworkTests {
  @Test(
    "A network written as safetensors gives the same bytes of picture",
    arguments: [
      "s2ada_orig/network-snapshot-001234.pkl", "s2ada_cond/network-snapshot-001234.pkl",
      "sg2_from_sg3repo/network-snapshot-000100.pkl", "rosinality_pt/checkpoint_zip.pt",
    ])
  func roundTrip(path: String) throws {
    let original = try Generators.canonical(
      Checkpoint(contentsOf: ReferenceData.fixture("networks/\(path)")))
    try ReferenceData.withTemporaryFolder { folder in
      let one = folder.appendingPathComponent("one"), two = folder.appendingPathComponent("two")
      var labelled = original
      labelled.provenance = ["licence": "CC0-1.0", "source": "https://example.org/a.pkl"]
      try labelled.write(to: one)
      let copy = try Generators.canonical(Checkpoint(contentsOf: one))
      #expect(copy.family == original.family && copy.configuration == original.configuration)
      #expect(Set(copy.parameters.keys) == Set(original.parameters.keys))
      #expect(copy.provenance == labelled.provenance)
      try copy.write(to: two)
      #expect(try Data(contentsOf: one) == Data(contentsOf: two))

      let (a, b) = (try Generators.load(original), try Generators.load(copy))
      #expect(a.size == b.size && a.layers == b.layers && a.meanLatent.bits == b.meanLatent.bits)
      let label =
        a.size.classes > 0
        ? Tensor.sample([2, a.size.classes], seed: 3) : nil
      let (ws, copied) = (
        a.latents(seeds: 0..<2, label: label), b.latents(seeds: 0..<2, label: label)
      )
      #expect(ws.bits == copied.bits)
      let images = a.synthesis(ws, noise: .const)
      #expect(images.bits == b.synthesis(copied, noise: .const).bits)
      let (judge, judgeCopy) = (
        try Generators.loadDiscriminator(original), try Generators.loadDiscriminator(copy)
      )
      #expect((judge == nil) == (judgeCopy == nil))
      #expect(
        judge?.logits(images, label: label).bits == judgeCopy?.logits(images, label: label).bits)
    }
  }

  @Test(
    "Pictures of a batch are the pictures one at a time", arguments: ["s2ada_orig", "s2ada_cond"])
  func batch(name: String) throws {
    let network = try ReferenceNetwork(ReferenceData.fixture("networks/\(name)"))
    let generator = network.generator
    let z = try network.inputs.tensor("z"), label = try network.label(8)
    let ws = generator.broadcast(generator.mapping(z, label: label))
    let images = generator.synthesis(ws, noise: .const)
    for n in 0..<8 {
      let alone = generator.broadcast(
        generator.mapping(z.rows(n..<n + 1), label: label?.rows(n..<n + 1)))
      #expect(relativeError(alone, ws.rows(n..<n + 1)) < 2e-6)
      let image = generator.synthesis(ws.rows(n..<n + 1), noise: .const)
      #expect(relativeError(image, images.rows(n..<n + 1)) < 1e-5)
    }
  }

  @Test("Noise: stored maps given by hand, seeds, and strengths by row")
  func noise() throws {
    let generator = try #require(SyntheticStyleGAN2().generator() as? any InspectableGenerator)
    let ws = generator.latents(seeds: 0..<2)
    let const = generator.synthesis(ws, noise: .const)
    let maps = generator.noiseMaps().map { map in
      map.map.reshaped(Shape([1, 1] + map.map.shape.dimensions))
    }
    #expect(maps.count == 5)
    #expect(generator.synthesis(ws, noise: NoiseInput(.maps(maps))).bits == const.bits)

    func random(_ seed: UInt64) -> Digest {
      generator.synthesis(ws, noise: NoiseInput(.random(seed: seed))).bits
    }
    #expect(random(7) == random(7) && random(7) != random(8) && random(7) != const.bits)

    let rows = generator.size.rows
    let silent = generator.synthesis(ws, noise: .none).bits
    let zeros = NoiseInput(.const, strength: [Float](repeating: 0, count: rows))
    let ones = NoiseInput(.const, strength: [Float](repeating: 1, count: rows))
    #expect(generator.synthesis(ws, noise: zeros).bits == silent)
    #expect(generator.synthesis(ws, noise: ones).bits == const.bits)
    for row in 0..<rows {
      let strength = (0..<rows).map { $0 == row ? Float(0) : 1 }
      let bits = generator.synthesis(ws, noise: NoiseInput(.const, strength: strength)).bits
      // The last row is a toRGB's, which has no noise.
      #expect((bits != const.bits) == (row < rows - 1), "row \(row)")
    }
  }

  @Test("Random noise is drawn layer by layer as torch draws it")
  func randomNoise() throws {
    let generator = try #require(SyntheticStyleGAN2().generator() as? any InspectableGenerator)
    let ws = generator.latents(seeds: 0..<2)
    var torch = TorchGenerator(seed: 5)
    let maps = generator.noiseMaps().map { torch.randn([2, 1, $0.map.shape[0], $0.map.shape[1]]) }
    #expect(
      generator.synthesis(ws, noise: NoiseInput(.maps(maps))).bits
        == generator.synthesis(ws, noise: NoiseInput(.random(seed: 5))).bits)
  }
}
