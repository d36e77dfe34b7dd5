import Foundation
import Imaging
import Networks
import TestSupport
import Tensors
import Testing
import Training

@Suite("Growing networks in training")
struct ProgressiveStepTests {
  static let families = ["StyleGAN1", "ProGAN"]

  private static func network(_ family: String) throws -> CanonicalNetwork {
    let sizes = ProgressiveSizes(
      resolution: 16, channelBase: 64, channelMax: 6, latent: 5, mappingLayers: 2,
      minibatchGroup: 2)
    return family == "ProGAN"
      ? try ProGANFamily.random(sizes, seed: 7) : try StyleGAN1Family.random(sizes, seed: 7)
  }

  private func run(
    _ family: String, pictures: Int, _ change: (inout ProgressiveOptions) -> Void = { _ in }
  ) throws -> TrainingRun {
    var options: ProgressiveOptions = family == "ProGAN" ? .proGAN : .styleGAN1
    options.growth = GrowthSchedule(first: 4, stable: 8, fading: 8)
    change(&options)
    return try TrainingRun(
      try ProgressiveStep(Self.network(family), options: options),
      data: WorldData(World(.cars, width: 16, height: 16, seed: 1)),
      plan: TrainingPlan(batch: 4, pictures: pictures, tick: 4, seed: 2))
  }

  @Test("A resolution is trained for a while, then the next one fades in along a straight line")
  func schedule() {
    // 8 to 64 pixels with 600,000 pictures a phase, as the official script for faces.
    let growth = ProgressiveOptions.styleGAN1.growth
    let expected: [(Int, Float)] = [
      (0, 3), (599_999, 3), (600_000, 3), (900_000, 2.5), (1_200_000, 2), (1_500_000, 2),
      (2_100_000, 1.5), (3_000_000, 1), (3_300_000, 0.5), (3_600_000, 0), (9_000_000, 0),
    ]
    for (pictures, lod) in expected {
      #expect(abs(growth.lod(after: pictures, resolution: 64) - lod) < 1e-5, "\(pictures)")
    }
    #expect(growth.pictures(resolution: 64) == 3_600_000)
    #expect(growth.lod(after: 0, resolution: 8) == 0)
    #expect(GrowthSchedule.none.lod(after: 0, resolution: 1024) == 0)
    // Without fading a resolution is there at once.
    let sudden = GrowthSchedule(first: 4, stable: 10, fading: 0)
    #expect(sudden.lod(after: 9, resolution: 16) == 2)
    #expect(sudden.lod(after: 10, resolution: 16) == 1)
  }

  @Test("The critic's penalty is that of its slope; of a plane it is λ · (‖a‖ − 1)²")
  func penalty() throws {
    let plane = Tensor([3, 0, -4, 0, 0, 0, 0, 0], shape: [1, 2, 2, 2]).tracked()
    let real = Tensor.sample([3, 2, 2, 2]), drawn = Tensor.sample([3, 2, 2, 2]) * -0.5
    let shares = Tensor([0, 0.25, 1], shape: [3])
    let loss = WassersteinLosses.gradientPenalty(
      real: real, drawn: drawn, shares: shares, weight: 10
    ) { ($0 * plane).summed(over: [1, 2, 3]).reshaped([3, 1]) }
    // ‖a‖ = 5: 10 · 16, and its slope along a is 2 · 10 · 4 · a / 5.
    #expect(abs(loss.scalar - 160) < 1e-3)
    let slope = gradient(of: loss, withRespectTo: [plane])[0]
    #expect(relativeError(slope, plane.detached * 16) < 1e-5)
    // Σ x² has the slope 2x: the points lie where the shares say.
    let square = WassersteinLosses.gradientPenalty(
      real: Tensor([1, 1], shape: [2, 1, 1, 1]), drawn: Tensor([3, 3], shape: [2, 1, 1, 1]),
      shares: Tensor([0.5, 1], shape: [2]), weight: 1
    ) { $0.squared().summed(over: [1, 2, 3]).reshaped([2, 1]) }
    // x = 2 and 3: ((4 − 1)² + (6 − 1)²) / 2.
    #expect(abs(square.scalar - 17) < 1e-4)
    let scores = (Tensor([1, 3], shape: [2, 1]), Tensor([2, -1], shape: [2, 1]))
    // 2 − 0.5 + 0.1 · (4 + 1) / 2.
    let critic = WassersteinLosses.discriminator(drawn: scores.0, real: scores.1, drift: 0.1)
    #expect(abs(critic.scalar - 1.75) < 1e-6)
    #expect(WassersteinLosses.generator(scores.0).scalar == -2)
  }

  @Test(
    "Losses of both networks have the slopes that finite differences find, also while fading",
    arguments: families, [Float(0), 0.5, 1.25])
  func slopes(_ family: String, _ lod: Float) throws {
    var network = try Self.network(family)
    for name in ["synthesis.lod", "discriminator.lod"] {
      network.parameters[name] = Parameter(Tensor(lod))
    }
    let learns = { (name: String) in !name.hasSuffix("lod") && !name.hasSuffix("noise_const") }
    // Away from the start, where biases and noise strengths are 0.
    var random = RandomState(seed: 3)
    var values: [String: Tensor] = [:]
    for (name, parameter) in network.parameters.sorted(by: { $0.key < $1.key }) {
      guard learns(name), name != "mapping.w_avg" else { continue }
      let start = try parameter.tensor()
      values[name] = start + random.randn(start.shape) * (name.hasPrefix("mapping.fc") ? 1 : 0.1)
    }
    let names = values.keys.sorted()
    let z = random.randn([4, 5]), real = random.randn([4, 3, 16, 16])
    func losses(_ tensors: [Tensor]) throws -> Tensor {
      let now = network.replacing(Dictionary(uniqueKeysWithValues: zip(names, tensors)))
      let generator = try Generators.load(now)
      let judge = try #require(try Generators.loadDiscriminator(now))
      let ws = generator.broadcast(generator.mapping(z, label: nil))
      let drawn = generator.synthesis(ws, noise: NoiseInput(.random(seed: 5)))
      let penalty = StyleGAN2Losses.gradientPenalty(real, gamma: 2) { judge.logits($0, label: nil) }
      return StyleGAN2Losses.generator(judge.logits(drawn, label: nil)) + penalty.loss
    }
    let start = names.compactMap { values[$0]?.tracked() }
    let found = gradient(of: try losses(start), withRespectTo: start)
    for side in ["synthesis", "discriminator", "mapping"] {
      let chosen = names.indices.filter { names[$0].hasPrefix(side) }
      guard !chosen.isEmpty else { continue }
      // Along the gradient the slope is its length.
      let length = chosen.reduce(0.0) { $0 + Double(found[$1].squared().sum().scalar) }.squareRoot()
      #expect(length > 1e-6)
      func moved(_ distance: Double) throws -> Double {
        let tensors = names.indices.map { index -> Tensor in
          let value = start[index].detached
          return chosen.contains(index)
            ? value + found[index].detached * Float(distance / length) : value
        }
        return Double(try losses(tensors).scalar)
      }
      // Losses bend at the kinks of lrelu, and R1 jumps there: of several differences, to both sides,
      // the nearest counts. A wrong gradient is met by none.
      let here = try moved(0)
      let slopes = try [1.6e-2, 4e-3, 1e-3, 2.5e-4].flatMap { width -> [Double] in
        try [(moved(width) - here) / width, (here - moved(-width)) / width]
      }
      let error = slopes.map { abs($0 - length) }.min() ?? .infinity
      #expect(error < 0.02 * length, "\(side): \(slopes) for \(length)")
    }
  }

  @Test("A stopped run ends with the same bytes", arguments: families, [3, 9])
  func resuming(_ family: String, after steps: Int) throws {
    try expectSameBytes(stoppedAfter: [steps]) { try run(family, pictures: 48) }
  }

  @Test(
    "It grows, everything learns but what is frozen, and the network says how far it is",
    arguments: families)
  func growing(_ family: String) throws {
    let frozen = ["discriminator.b16.conv0", "synthesis.b8.conv1"]
    var run = try run(family, pictures: 64) { $0.frozen = frozen }
    let before = try run.step.result().parameters.mapValues { try $0.tensor().scalars }
    var details: [Double?] = []
    while !run.isFinished {
      if let tick = try run.advance() { details.append(tick.losses["level of detail"]) }
      if run.pictures == 4 {
        // At 4×4 every pixel is repeated 4 × 4 times.
        let generator = try Generators.load(run.step.result())
        let picture = generator.synthesis(
          generator.broadcast(generator.mapping(Tensor.sample([1, 5]), label: nil)), noise: .const
        ).scalars
        #expect(
          picture.indices.allSatisfy {
            picture[$0] == picture[$0 / 256 * 256 + $0 % 256 / 64 * 64 + $0 % 16 / 4 * 4]
          })
      }
    }
    // 8 pictures at 4×4, 8 fading to 8×8, 8 there, 8 fading to 16×16, and on.
    #expect(details == [2, 2, 2, 1.5, 1, 1, 1, 0.5] + [Double](repeating: 0, count: 8))
    let after = try run.step.result().parameters.mapValues { try $0.tensor().scalars }
    for (name, values) in after where name != "mapping.w_avg" {
      let isFixed =
        name.hasSuffix("noise_const") || name.hasSuffix(".lod")
        || frozen.contains { name.hasPrefix("\($0).") }
      #expect((values == before[name]) == isFixed, "\(name)")
    }
    #expect(after["synthesis.lod"] == [0])
    #expect((after["mapping.w_avg"] != before["mapping.w_avg"]) == (family == "StyleGAN1"))
  }

  @Test("Weights begin as the official code draws them")
  func start() throws {
    let network = try StyleGAN1Family.random(
      ProgressiveSizes(resolution: 32, channelBase: 512, channelMax: 32, latent: 24), seed: 1)
    func values(_ name: String) throws -> [Float] {
      try #require(network.parameters[name]).tensor().scalars
    }
    func deviation(_ values: [Float]) -> Float {
      (values.reduce(0) { $0 + $1 * $1 } / Float(values.count)).squareRoot()
    }
    #expect(abs(deviation(try values("synthesis.b8.conv0.weight")) - 1) < 0.05)
    #expect(abs(deviation(try values("mapping.fc0.weight")) - 100) < 10)
    #expect(try values("synthesis.b4.input.const").allSatisfy { $0 == 1 })
    #expect(try values("synthesis.b16.conv1.noise_strength").allSatisfy { $0 == 0 })
    #expect(try values("synthesis.b16.conv1.affine.bias").allSatisfy { $0 == 0 })
    #expect(network.parameters["synthesis.b32.conv1.weight"]?.shape == [16, 16, 3, 3])
    #expect(network.parameters["discriminator.b4.conv.weight"]?.shape == [32, 33, 3, 3])
  }

  @Test("What cannot be trained so is refused")
  func refusals() throws {
    let other = try StyleGAN2Family.random(
      StyleGAN2Family.Sizes(resolution: 16, channelBase: 64, channelMax: 8), seed: 1)
    #expect(throws: TrainingError.self) { try ProgressiveStep(other, options: .styleGAN1) }
    let bare = try Self.network("ProGAN").withoutDiscriminator()
    #expect(throws: TrainingError.self) { try ProgressiveStep(bare, options: .proGAN) }
    #expect(throws: NetworkError.self) {
      try ProGANFamily.random(ProgressiveSizes(resolution: 48), seed: 1)
    }
    var run = try TrainingRun(
      try ProgressiveStep(Self.network("ProGAN"), options: .proGAN),
      data: WorldData(World(.cars, width: 32, height: 32, seed: 1)),
      plan: TrainingPlan(batch: 4, pictures: 8, tick: 4, seed: 1))
    #expect(throws: TrainingError.self) { _ = try run.advance() }
  }
}
