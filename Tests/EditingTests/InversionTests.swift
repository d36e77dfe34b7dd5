import Checkpoints
import Editing
import Foundation
import Networks
import TestSupport
import Tensors
import Testing

@Suite("Inversion")
struct InversionTests {
  @Test("The official schedule rises over 5 % and falls over 25 % of the steps")
  func schedule() {
    let stage = InversionStage(space: .w, steps: 21, latentNoise: 0.05)
    #expect(stage.learningRate(at: 0) == 0)
    #expect(abs(stage.learningRate(at: 1) - 0.095_238_095_238_095_23) < 1e-15)
    #expect(stage.learningRate(at: 8) == 0.1)
    #expect(abs(stage.learningRate(at: 17) - 0.086_652_593_591_491_31) < 1e-12)
    #expect(stage.latentNoise(at: 0) == 0.05)
    #expect(stage.latentNoise(at: 16) == 0)
  }

  @Test("Noise without correlation costs nothing, constant maps cost 1 for each axis and level")
  func regularizer() {
    // Along both axes, every pixel and its neighbour cancel in pairs: + + − −.
    let row: [Float] = [1, 1, -1, -1]
    let map = Tensor(row.flatMap { a in row.map { a * $0 } }, shape: [4, 4])
    #expect(NoiseRegularizer.value([map]).scalar == 0)
    #expect(NoiseRegularizer.value([Tensor(repeating: 1, shape: [4, 4])]).scalar == 2)
    // 16, 8: two levels of two axes.
    #expect(NoiseRegularizer.value([Tensor(repeating: 1, shape: [1, 1, 16, 16])]).scalar == 4)
  }

  @Test("A normalised map has mean 0 and mean square 1")
  func normalization() {
    let map = NoiseRegularizer.normalized(.sample([8, 8]) + 3)
    #expect(abs(map.mean().scalar) < 1e-6)
    #expect(abs(map.squared().mean().scalar - 1) < 1e-5)
  }

  private static let network: (any Generator)? = {
    guard let folder = try? ReferenceData.shared("goldens/s2ada_skip"),
      let file = try? FileManager.default.contentsOfDirectory(atPath: folder.path)
        .first(where: { $0.hasSuffix(".pkl") }),
      let checkpoint = try? Checkpoint(contentsOf: folder.appendingPathComponent(file))
    else { return nil }
    return try? Generators.load(checkpoint)
  }()

  private static let pixels = PictureDistance { ($0 - $1).squared().mean() }

  private static var plan: InversionPlan {
    InversionPlan(
      start: .nearest(count: 3), meanSamples: 50, seed: 7,
      stages: [
        InversionStage(space: .w, steps: 4, latentNoise: 0.05, resolution: 16),
        InversionStage(space: .wPlus, steps: 4, stayClose: 0.01, noise: .random),
        InversionStage(space: .none, steps: 2, noise: .stored),
      ])
  }

  @Test(
    "An inversion that was stored after any step ends with the same bytes",
    .enabled(if: ReferenceData.shared != nil, Comment(rawValue: ReferenceData.sharedIsMissing)))
  func resumption() throws {
    let generator = try #require(Self.network)
    let target = Tensor.sample([1, 3, 64, 64], scale: 0.5)
    var undisturbed = try Inversion(
      generator, target: target, plan: Self.plan, distance: Self.pixels)
    var stored: [(counters: String, tensors: [String: Tensor])] = []
    func snapshot() {
      stored.append(
        (
          undisturbed.state.counters,
          Dictionary(uniqueKeysWithValues: undisturbed.state.tensors.map { ($0.name, $0.tensor) })
        ))
    }
    snapshot()
    while undisturbed.advance() != nil { snapshot() }
    #expect(stored.count == 11 && undisturbed.isFinished)
    for index in [0, 1, 3, 4, 6, 8, 9, 10] {
      let state = try InversionState(counters: stored[index].counters) {
        stored[index].tensors[$0]
      }
      var resumed = try Inversion(
        generator, target: target, plan: Self.plan, state: state, distance: Self.pixels)
      while resumed.advance() != nil {}
      #expect(resumed.latent.bits == undisturbed.latent.bits, "stored after \(index) steps")
      #expect(resumed.state.noise.map(\.bits) == undisturbed.state.noise.map(\.bits))
    }
  }

  @Test(
    "Twenty steps in W+ bring a picture nearer to another of the same network",
    .enabled(if: ReferenceData.shared != nil, Comment(rawValue: ReferenceData.sharedIsMissing)))
  func descent() throws {
    let generator = try #require(Self.network)
    var random = RandomState(seed: 4)
    let target = generator.synthesis(
      generator.broadcast(generator.mapping(random.randn([1, generator.size.zDim]), label: nil)),
      noise: .const)
    var inversion = try Inversion(
      generator, target: target,
      plan: InversionPlan(
        start: .mean, meanSamples: 100,
        stages: [InversionStage(space: .wPlus, steps: 20, learningRate: 0.05)]),
      distance: Self.pixels)
    let begun = inversion.advance()
    let first = try #require(begun)
    var last = first
    while let step = inversion.advance() { last = step }
    #expect(last.distance < first.distance / 4)
    #expect(
      last.index == 19 && inversion.latent.shape == [1, generator.size.rows, generator.size.wDim])
    let stuck = InversionStage(space: .wPlus, steps: 1000, learningRate: 0, patience: 5)
    var idle = try Inversion(
      generator, target: target,
      plan: InversionPlan(start: .mean, meanSamples: 10, stages: [stuck]), distance: Self.pixels)
    var steps = 0
    while idle.advance() != nil { steps += 1 }
    #expect(steps == 6, "the first step counts, then five without progress")
  }

  @Test("Stored noise maps keep their own mean and size while they are optimised")
  func noiseScale() throws {
    let network = try Generators.canonical(
      Checkpoint(contentsOf: ReferenceData.fixture("commands/small.pkl")))
    var strong: [String: Tensor] = [:]
    for (name, parameter) in network.parameters where name.hasSuffix("noise_const") {
      strong[name] = try parameter.tensor() * 0.25 + 3
    }
    let generator = try Generators.load(network.replacing(strong))
    let side = generator.size.resolution
    for (noise, size, mean) in [
      (InversionStage.Noise.stored, Float(0.25), Float(3)), (.normalized, 1, 0),
    ] {
      let stage = InversionStage(
        space: .none, steps: 3, rampUp: 0, noise: noise, noiseWeight: 10)
      var inversion = try Inversion(
        generator, target: .sample([1, 3, side, side]),
        plan: InversionPlan(start: .mean, meanSamples: 10, stages: [stage]), distance: Self.pixels)
      while inversion.advance() != nil {}
      for (map, own) in zip(inversion.state.noise, generator.noiseMaps()) where map.count > 100 {
        let centre = map.mean().scalar, away = (map + -centre).squared().mean().scalar.squareRoot()
        #expect(abs(centre - mean) < 0.2 * max(mean, 1) && abs(away / size - 1) < 0.2)
        #expect(map.bits != own.map.bits)
      }
    }
  }

  @Test(
    "Targets, starts and states of another network are refused",
    .enabled(if: ReferenceData.shared != nil, Comment(rawValue: ReferenceData.sharedIsMissing)))
  func refusals() throws {
    let generator = try #require(Self.network)
    #expect(throws: EditingError.self) {
      try Inversion(
        generator, target: Tensor(zeros: [1, 3, 32, 32]), plan: Self.plan, distance: Self.pixels)
    }
    let target = Tensor(zeros: [1, 3, 64, 64])
    var plan = Self.plan
    plan.start = .given
    #expect(throws: EditingError.self) {
      try Inversion(generator, target: target, plan: plan, distance: Self.pixels)
    }
    plan.stages[0].resolution = 24
    #expect(throws: EditingError.self) {
      try Inversion(
        generator, target: target, plan: plan, start: Tensor(zeros: [1, 32]), distance: Self.pixels)
    }
    #expect(throws: EditingError.self) { try InversionState(counters: "{}") { _ in nil } }
    let foreign = try InversionState(
      counters: #"{"adamSteps":0,"index":0,"stage":0,"step":0}"#
    ) { $0 == "latent" ? Tensor(zeros: [1, 8]) : nil }
    #expect(throws: EditingError.self) {
      try Inversion(
        generator, target: target, plan: Self.plan, state: foreign, distance: Self.pixels)
    }
  }

  @Test(
    "Pivotal tuning brings the picture nearer, and its difference gives the same network",
    .enabled(if: ReferenceData.shared != nil, Comment(rawValue: ReferenceData.sharedIsMissing)))
  func tuning() throws {
    let folder = try ReferenceData.shared("goldens/s2ada_skip")
    let file = try #require(
      try FileManager.default.contentsOfDirectory(atPath: folder.path)
        .first { $0.hasSuffix(".pkl") })
    let network = try Generators.canonical(
      Checkpoint(contentsOf: folder.appendingPathComponent(file)))
    let generator = try Generators.load(network)
    let ws = generator.broadcast(generator.meanLatent.reshaped([1, generator.size.wDim]))
    let target = generator.synthesis(ws, noise: .const) + 0.1
    var tuning = try PivotalTuning(network, target: target, ws: ws, distance: Self.pixels)
    var distances: [Float] = []
    for _ in 0..<8 { distances.append(try tuning.advance()) }
    #expect((distances.min() ?? 1) < distances[0] / 2)
    var half = try PivotalTuning(network, target: target, ws: ws, distance: Self.pixels)
    for _ in 0..<4 { _ = try half.advance() }
    let moments = Dictionary(uniqueKeysWithValues: half.moments.map { ($0.name, $0.tensor) })
    var resumed = try PivotalTuning(network, target: target, ws: ws, distance: Self.pixels)
    try resumed.restore(steps: 4, parameters: half.parameters) { moments[$0] }
    for _ in 0..<4 { _ = try resumed.advance() }
    for name in tuning.names {
      #expect(resumed.parameters[name]?.bits == tuning.parameters[name]?.bits, "\(name)")
    }
    let tuned = try Generators.load(network.adding(tuning.difference)).synthesis(ws, noise: .const)
    let moved = try Generators.load(network.replacing(tuning.parameters))
      .synthesis(ws, noise: .const)
    #expect(relativeError(tuned, moved) < 1e-4)
  }
}
