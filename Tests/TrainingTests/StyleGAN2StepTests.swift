import Foundation
import Imaging
import Networks
import TestSupport
import Tensors
import Testing
import Training

@Suite("The training step of StyleGAN2")
struct StyleGAN2StepTests {
  private func step(_ change: (inout StyleGAN2Options) -> Void = { _ in }) throws -> StyleGAN2Step {
    var options = StyleGAN2Options()
    options.generatorInterval = 2
    options.discriminatorInterval = 3
    change(&options)
    let sizes = StyleGAN2Family.Sizes(
      resolution: 16, channelBase: 64, channelMax: 8, zDim: 6, wDim: 5, minibatchGroup: 2)
    return try StyleGAN2Step(try StyleGAN2Family.random(sizes, seed: 7), options: options)
  }

  private func run(_ step: StyleGAN2Step, pictures: Int) throws -> TrainingRun {
    try TrainingRun(
      step, data: WorldData(World(.cars, width: 16, height: 16, seed: 1)),
      plan: TrainingPlan(batch: 4, pictures: pictures, tick: 8, seed: 2))
  }

  @Test("Weights begin as the official code draws them")
  func start() throws {
    let sizes = StyleGAN2Family.Sizes(resolution: 32, channelBase: 512, channelMax: 32, zDim: 16)
    let network = try StyleGAN2Family.random(sizes, seed: 1)
    func values(_ name: String) throws -> [Float] {
      try #require(network.parameters[name]).tensor().scalars
    }
    func deviation(_ values: [Float]) -> Float {
      (values.reduce(0) { $0 + $1 * $1 } / Float(values.count)).squareRoot()
    }
    #expect(abs(deviation(try values("synthesis.b8.conv0.weight")) - 1) < 0.05)
    #expect(abs(deviation(try values("mapping.fc0.weight")) - 100) < 5)
    #expect(try values("synthesis.b8.conv1.affine.bias").allSatisfy { $0 == 1 })
    #expect(try values("discriminator.b4.fc.bias").allSatisfy { $0 == 0 })
    #expect(try values("synthesis.b16.conv1.noise_strength") == [0])
    #expect(try values("synthesis.b32.conv0.resample_filter").reduce(0, +) == 1)
    // 512 over the side, but no more than 32 channels.
    #expect(network.parameters["synthesis.b32.conv1.weight"]?.shape == [16, 16, 3, 3])
    #expect(network.parameters["discriminator.b4.conv.weight"]?.shape == [32, 33, 3, 3])
    #expect(try values("synthesis.b4.const") == StyleGAN2StepTests.again(sizes))
  }

  private static func again(_ sizes: StyleGAN2Family.Sizes) throws -> [Float] {
    try StyleGAN2Family.random(sizes, seed: 1).parameters["synthesis.b4.const"]?.tensor().scalars
      ?? []
  }

  @Test("Stopped and taken up again, a run ends with the same bytes", arguments: [1, 5])
  func resuming(after steps: Int) throws {
    let start = try step { $0.augmentation = AugmentationOptions([.translate, .brightness]) }
    try expectSameBytes(stoppedAfter: [steps]) { try run(start, pictures: 28) }
  }

  @Test("Everything learns but what is frozen, and lazy losses come when they are due")
  func learning() throws {
    let frozen = ["mapping", "discriminator.b16.conv0"]
    var run = try run(try step { $0.frozen = frozen }, pictures: 24)
    let before = try run.step.result().parameters.mapValues { try $0.tensor().scalars }
    var ticks: [TrainingTick] = []
    while !run.isFinished { if let tick = try run.advance() { ticks.append(tick) } }
    let after = try run.step.result().parameters.mapValues { try $0.tensor().scalars }
    for (name, values) in after {
      let isFixed =
        name.hasSuffix("resample_filter") || name.hasSuffix("noise_const")
        || (name.hasPrefix("mapping.") && name != "mapping.w_avg")
        || name.hasPrefix("discriminator.b16.conv0.")
      #expect((values == before[name]) == isFixed, "\(name)")
    }
    #expect(ticks.count == 3)
    // Steps 0 to 5: path lengths at 0, 2 and 4; R1 at 0 and 3.
    #expect(ticks.map { $0.losses["path length"] != nil } == [true, true, true])
    #expect(ticks.map { $0.losses["R1"] != nil } == [true, true, false])
    #expect(run.step.groups.map(\.optimizer.steps) == [9, 8])
  }

  @Test("The discriminator learns to tell drawn pictures from real ones")
  func telling() throws {
    var run = try run(
      try step {
        $0.frozen = ["mapping", "synthesis"]
        $0.gamma = 0
      }, pictures: 160)
    var ticks: [TrainingTick] = []
    while !run.isFinished { if let tick = try run.advance() { ticks.append(tick) } }
    #expect(run.step.groups[0].names.isEmpty)
    // One that cannot tell them has 2 · ln 2 = 1.39.
    #expect(ticks.last?.losses["discriminator"] ?? 9 < 1.25)
    #expect(ticks.last?.losses["signs of real pictures"] ?? 0 > 0.7)
  }

  @Test("Adaptive augmentation rises while the discriminator is sure of real pictures")
  func adaptation() throws {
    let start = try step {
      $0.augmentation = AugmentationOptions([.mirror])
      $0.augmentation.target = -1.5
      $0.augmentation.pictures = 100
    }
    var run = try run(start, pictures: 32)
    while !run.isFinished { _ = try run.advance() }
    // Two changes of batch · interval / pictures = 4 · 4 / 100.
    #expect(abs((run.step.buffers["augment.p"]?.scalar ?? 0) - 0.32) < 1e-6)
  }

  @Test("The layers that --freezed names are those nearest to the picture")
  func frozenLayers() throws {
    let names = try StyleGAN2Family.random(
      StyleGAN2Family.Sizes(resolution: 16, channelBase: 64, channelMax: 8), seed: 1
    ).parameters.keys
    let layers = StyleGAN2Options.discriminatorLayers(6, of: names)
    #expect(
      layers.map { String($0.dropFirst("discriminator.".count)) } == [
        "b16.fromrgb", "b16.conv0", "b16.conv1", "b16.skip", "b8.conv0", "b8.conv1",
      ])
  }

  @Test("A batch that leaves groups half filled is refused")
  func groups() throws {
    let start = try step()
    #expect(throws: NetworkError.self) {
      _ = try TrainingRun(
        start, data: WorldData(World(.cars, width: 16, height: 16, seed: 1)),
        plan: TrainingPlan(batch: 5, pictures: 10, tick: 5, seed: 1))
    }
  }

  @Test("The page holds curves and sheets, and needs nothing from elsewhere")
  func page() throws {
    let reports = (1...3).map { step in
      TrainingReport(
        tick: TrainingTick(
          step: step, pictures: step * 8, losses: ["a <loss>": Double(step)]),
        picturesPerSecond: 5, gigaflops: 2, seconds: Double(step))
    }
    let page = TrainingPage(
      title: "Cars & more", facts: [("data", "<x>")], reports: reports,
      sheets: [(8, Data([1, 2, 3]))])
    let html = page.html
    #expect(html.contains("Cars &amp; more") && html.contains("&lt;x&gt;"))
    #expect(html.contains("a &lt;loss&gt;") && html.contains("data:image/png;base64,AQID"))
    #expect(html.components(separatedBy: "<polyline").count == 3)
    #expect(!html.contains("http") && !html.contains("<script"))
    // The curves alone: the loss, and the speed.
    let curves = page.curves
    #expect(curves.hasPrefix("<svg xmlns=") && curves.contains("a &lt;loss&gt;</text>"))
    #expect(curves.components(separatedBy: "<polyline").count == 3)
    #expect(
      curves.components(separatedBy: "<g").count == curves.components(separatedBy: "</g>").count)
  }
}
