import Checkpoints
import Foundation
import Networks
import TestSupport
import Tensors
import Testing

/// Gradients through whole networks against finite differences, along random directions.
@Suite(
  "Gradients of networks",
  .enabled(if: ReferenceData.shared != nil, Comment(rawValue: ReferenceData.sharedIsMissing)))
struct NetworkGradientTests {
  static let cases = [
    "s2ada_cond", "s2ada_resnet", "s2ada_orig", "sg1_fused", "sg1_unfused", "sg2tf_revised",
    "sg2tf_cond", "progan_fused", "progan_unfused", "sg3_t", "sg3_r",
  ]

  private static func network(_ name: String) throws -> CanonicalNetwork {
    let folder = try ReferenceData.shared("goldens/\(name)")
    let files = try FileManager.default.contentsOfDirectory(atPath: folder.path)
    let file = try #require(files.first { $0.hasSuffix(".pkl") })
    return try Generators.canonical(Checkpoint(contentsOf: folder.appendingPathComponent(file)))
  }

  /// Holds the gradient of Σ (y + c)², c fixed, against differences, in shares of the gradient's length.
  private func check(
    _ inputs: [Tensor], _ comment: String, step: Float = 1e-3, tolerance: Double = 0.15,
    _ function: ([Tensor]) throws -> Tensor
  ) throws {
    let offsets = Tensor.sample(try function(inputs).shape, seed: 77)
    func value(_ xs: [Tensor]) throws -> Double {
      (try function(xs) + offsets).scalars.reduce(0) { $0 + Double($1) * Double($1) }
    }
    let gradients = try valueWithGradient(at: inputs) {
      (try function($0) + offsets).squared().sum()
    }.gradients
    for trial in 0..<2 {
      var found = 0.0, square = 0.0
      let way = inputs.enumerated().map { index, x in
        Tensor.sample(
          x.shape, seed: UInt64(40 + 10 * trial + index), scale: max(x.largestMagnitude, 0.1))
      }
      for (gradient, way) in zip(gradients, way) {
        let (g, v) = (gradient.scalars.map(Double.init), way.scalars.map(Double.init))
        found += zip(g, v).reduce(0) { $0 + $1.0 * $1.1 }
        square +=
          g.reduce(0) { $0 + $1 * $1 } * v.reduce(0) { $0 + $1 * $1 } / Double(max(v.count, 1))
      }
      let expected =
        (try value(zip(inputs, way).map { $0 + $1 * step })
          - value(zip(inputs, way).map { $0 - $1 * step })) / Double(2 * step)
      #expect(
        abs(found - expected) / square.squareRoot() < tolerance,
        "\(comment): \(found), differences say \(expected)")
    }
  }

  @Test("Pictures have gradients with respect to z and W+", arguments: cases)
  func generators(name: String) throws {
    let network = try Self.network(name), generator = try Generators.load(network)
    var random = RandomState(seed: 5)
    let z = random.randn([2, generator.size.zDim])
    let classes = generator.size.classes
    let label = classes > 0 ? Tensor.sample([2, classes], seed: 3) : nil
    try check([z], "z") { generator.mapping($0[0], label: label) }
    let ws = generator.broadcast(generator.mapping(z, label: label))
    try check([ws], "W+") { generator.synthesis($0[0], noise: .const) }
    let maps = generator.noiseMaps().map {
      $0.map.reshaped([1, 1, $0.map.shape[0], $0.map.shape[0]])
    }
    guard !maps.isEmpty else { return }
    try check(maps, "noise") {
      generator.synthesis(ws, SynthesisSettings(noise: NoiseInput(.maps($0))))
    }
  }

  @Test("Logits have gradients with respect to pictures and parameters", arguments: cases)
  func discriminators(name: String) throws {
    let network = try Self.network(name)
    guard let discriminator = try Generators.loadDiscriminator(network) else { return }
    let size = try Generators.load(network).size
    let images = Tensor.sample([2, size.imageChannels, size.resolution, size.resolution])
    let classes = size.classes
    let label = classes > 0 ? Tensor.sample([2, classes], seed: 3) : nil
    try check([images], "pictures") { discriminator.logits($0[0], label: label) }
    let names = network.parameters.keys.filter {
      $0.hasPrefix("discriminator.") && ($0.hasSuffix(".weight") || $0.hasSuffix(".bias"))
    }.sorted()
    let parameters = try names.map { try #require(network.parameters[$0]).tensor() }
    try check(parameters, "parameters", step: 3e-4) { parameters in
      let tracked = Dictionary(uniqueKeysWithValues: zip(names, parameters))
      let discriminator = try #require(
        try Generators.loadDiscriminator(network.replacing(tracked)))
      return discriminator.logits(images, label: label)
    }
  }

  @Test("Pictures have gradients with respect to every parameter", arguments: cases)
  func parameters(name: String) throws {
    let network = try Self.network(name), generator = try Generators.load(network)
    var random = RandomState(seed: 5)
    let z = random.randn([1, generator.size.zDim])
    let classes = generator.size.classes
    let label = classes > 0 ? Tensor.sample([1, classes], seed: 3) : nil
    let ends = [".weight", ".bias", ".const", ".noise_strength", ".noise_const"]
    let names = network.parameters.keys.filter { name in
      !name.hasPrefix("discriminator.") && ends.contains { name.hasSuffix($0) }
    }.sorted()
    let values = try names.map { try #require(network.parameters[$0]).tensor() }
    try check(values, "parameters", step: 3e-4) { values in
      let tracked = Dictionary(uniqueKeysWithValues: zip(names, values))
      let generator = try Generators.load(network.replacing(tracked))
      let ws = generator.broadcast(generator.mapping(z, label: label))
      return generator.synthesis(ws, noise: .const)
    }
  }
}
