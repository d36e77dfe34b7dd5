import Checkpoints
import Foundation
import Networks
import TestSupport
import Tensors
import Testing

@Suite("StyleGAN1")
struct StyleGAN1Tests {
  private func reference(_ name: String, _ checkpoint: String) throws -> ProgressiveReference {
    try ProgressiveReference(
      ReferenceData.fixture("networks/\(name)"), checkpoint: checkpoint)
  }

  @Test(
    "Gives the reference's latents, pictures at every level of detail, and judgements",
    arguments: [
      ("sg1_unfused", "genforce_generator.pth", 9), ("sg1_small", "network-final.pkl", 8),
    ])
  func fixtures(name: String, checkpoint: String, outputs: Int) throws {
    #expect(try reference(name, checkpoint).compareAll() == outputs)
  }

  @Test(
    "So do the official pickles of the reference data, large and fused ones too",
    .enabled(if: ReferenceData.shared != nil, Comment(rawValue: ReferenceData.sharedIsMissing)),
    arguments: ["sg1_auto", "sg1_fused", "sg1_unfused"])
  func shared(name: String) throws {
    let reference = try ProgressiveReference(try ReferenceData.shared("goldens/\(name)"))
    #expect(try reference.compareAll() >= 6)
  }

  @Test("Mixing takes the rows of another latent")
  func mixing() throws {
    let reference = try reference("sg1_unfused", "genforce_generator.pth")
    let ws = try reference.ws()
    let mixed = Tensor.concatenated(
      (0..<8).map { row in ws.row((2...4).contains(row) ? 1 : 0).rows(row..<row + 1) }
    ).reshaped([1, 8, 24])
    #expect(try relativeError(mixed, reference.outputs.tensor("mix_ws")) <= 1e-5)
    let image = reference.generator.synthesis(mixed, noise: .const)
    #expect(try relativeError(image, reference.outputs.tensor("mix_img")) <= 5e-5)
  }

  @Test("Sizes come from the shapes, truncation from the official defaults")
  func sizes() throws {
    let generator = try reference("sg1_small", "network-final.pkl").generator
    #expect(
      generator.size
        == GeneratorSize(
          zDim: 12, wDim: 16, classes: 3, rows: 6, resolution: 16, imageChannels: 3))
    #expect(generator.defaultTruncation.psi == 0.7 && generator.defaultTruncation.cutoff == 8)
    #expect(
      generator.layers.map(\.name)
        == ["b4.input", "b4.conv1", "b8.conv0", "b8.conv1", "b16.conv0", "b16.conv1"])
    #expect(generator.layers.map(\.row) == Array(0..<6))
    // The whole weight of a style, scales and shifts: [2·C, wDim].
    #expect(generator.styleWeights(row: 5).map(\.shape) == [[16, 16]])
  }

  @Test(
    "A converted network gives the same bytes, whatever the level of detail",
    arguments: [Float?.none, 0, 0.5, 1, 2])
  func conversion(lod: Float?) throws {
    let reference = try reference("sg1_small", "network-final.pkl")
    let ws = try reference.ws(), settings = SynthesisSettings(lod: lod)
    let converted = try reference.converted()
    #expect(
      converted.synthesis(ws, settings).bits == reference.generator.synthesis(ws, settings).bits)
  }

  @Test("Levels of detail below 0 and beyond 4×4 are those of the ends")
  func extremes() throws {
    let reference = try reference("sg1_small", "network-final.pkl")
    let ws = try reference.ws()
    func image(_ lod: Float) -> Digest {
      reference.generator.synthesis(ws, SynthesisSettings(lod: lod)).bits
    }
    #expect(image(-3) == image(0))
    #expect(image(1e30) == image(2))
    #expect(image(.nan) == image(0))
  }

  @Test("Fused and unfused up-convolutions differ")
  func fusing() throws {
    let reference = try reference("sg1_small", "network-final.pkl")
    var network = reference.network
    #expect(network.configuration.contains(#""fusedScale":"always""#))
    network.configuration = network.configuration.replacingOccurrences(
      of: #""fusedScale":"always""#, with: #""fusedScale":"never""#)
    let ws = try reference.ws(), settings = SynthesisSettings(lod: 0)
    let unfused = try Generators.load(network).synthesis(ws, settings)
    #expect(relativeError(unfused, reference.generator.synthesis(ws, settings)) > 1e-2)
  }

  @Test("What a port leaves open can be stated, and nothing else")
  func statedFusing() throws {
    let reference = try reference("sg1_unfused", "genforce_generator.pth")
    let ws = try reference.ws()
    #expect(reference.network.leavesFusedScaleOpen)
    func picture(_ word: FusedScale) throws -> Digest {
      var network = reference.network
      try network.state(fusedScale: word)
      #expect(!network.leavesFusedScaleOpen)
      return try Generators.load(network).synthesis(ws, SynthesisSettings()).bits
    }
    let assumed = reference.generator.synthesis(ws, SynthesisSettings()).bits
    #expect(try picture(.auto) == assumed && picture(.false) == assumed)
    #expect(try picture(.true) != assumed)
    var official = try self.reference("sg1_small", "network-final.pkl").network
    #expect(!official.leavesFusedScaleOpen)
    try official.state(fusedScale: .true)
    let error = #expect(throws: NetworkError.self) { try official.state(fusedScale: .auto) }
    #expect("\(try #require(error))".contains("--fused-scale"))
  }

  @Test(
    "Without normalize_latents the mapping takes z as it is",
    arguments: ["sg1_small/network-final.pkl", "sg2tf_resnet/stylegan2-config.pkl"])
  func plainLatents(path: String) throws {
    var network = try Generators.canonical(
      Checkpoint(contentsOf: ReferenceData.fixture("networks/\(path)")))
    let usual = try Generators.load(network)
    network.configuration =
      #"{"normalizesLatents":false,"# + network.configuration.dropFirst()
    let plain = try Generators.load(network)
    // A label would be normalised with z: none here, all zeros.
    let label = usual.size.classes > 0 ? Tensor(zeros: [3, usual.size.classes]) : nil
    let z = Tensor.sample([3, usual.size.zDim], scale: 4)
    // Zeros beside z halve the mean square of both where they are normalised as one.
    let width = Float(usual.size.classes > 0 ? 2 : 1)
    let size = usual.size.zDim
    let normalized = Tensor(uninitialized: z.shape) { values in
      for n in 0..<3 {
        let square = z.row(n).scalars.reduce(0) { $0 + $1 * $1 } / Float(size) / width
        for i in 0..<size { values[n * size + i] = z[n, i] / (square + 1e-8).squareRoot() }
      }
    }
    #expect(
      relativeError(
        plain.mapping(normalized, label: label), usual.mapping(z, label: label)) <= 1e-5)
    #expect(
      relativeError(plain.mapping(z, label: label), usual.mapping(z, label: label)) > 1e-3)
  }

  @Test("Noise may be absent, scaled by row, or drawn afresh")
  func noise() throws {
    let reference = try reference("sg1_small", "network-final.pkl")
    let ws = try reference.ws(), generator = reference.generator
    func image(_ noise: NoiseInput) -> Digest { generator.synthesis(ws, noise: noise).bits }
    let none = [Float](repeating: 0, count: generator.size.rows)
    #expect(image(.none) == image(NoiseInput(.const, strength: none)))
    #expect(image(.none) != image(.const))
    #expect(image(NoiseInput(.random(seed: 1))) == image(NoiseInput(.random(seed: 1))))
    #expect(image(NoiseInput(.random(seed: 1))) != image(NoiseInput(.random(seed: 2))))
  }

  @Test("Offsets on styles change the picture, and zeros do not")
  func styleOffsets() throws {
    let generator = try #require(
      try reference("sg1_small", "network-final.pkl").generator as? any InspectableGenerator)
    let ws = generator.broadcast(.sample([1, 16]))
    let styles = try #require(generator.styles(ws).first { $0.name == "b8.conv1" }).styles
    func image(_ offset: Float) -> Digest {
      var settings = SynthesisSettings(lod: 0)
      settings.styleOffsets["b8.conv1"] = Tensor(repeating: offset, shape: [styles.shape[1]])
      return generator.synthesis(ws, settings).bits
    }
    #expect(image(0) == generator.synthesis(ws, SynthesisSettings(lod: 0)).bits)
    #expect(image(0.5) != image(0))
  }

  @Test("One report names all that is missing, misshaped or not known")
  func damage() throws {
    var network = try reference("sg1_small", "network-final.pkl").network
    network.parameters["synthesis.b8.conv0.bias"] = nil
    network.parameters["synthesis.b4.conv1.noise_strength"] = Parameter(shape: [3]) {
      Tensor(zeros: [3])
    }
    network.parameters["synthesis.b512.extra"] = Parameter(shape: []) { Tensor(0) }
    let report = #expect(throws: NetworkError.self) { try Generators.load(network) }
    let text = "\(try #require(report))"
    for name in ["b8.conv0.bias", "b4.conv1.noise_strength", "b512.extra"] {
      #expect(text.contains("synthesis.\(name)"))
    }
  }
}
