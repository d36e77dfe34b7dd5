import Checkpoints
import Foundation
import Imaging
import Networks
import TestSupport
import Tensors
import Testing
import Training

@Suite("Training networks that paint label maps")
struct SceneStepTests {
  /// Small networks of both families, and how they are trained.
  enum Kind: String, CaseIterable, CustomTestStringConvertible {
    case featured, plain, enhanced, batchNorm, coded

    var testDescription: String { rawValue }

    var family: String { self == .coded ? "SPADE" : "Pix2PixHD" }

    var options: [String: String] {
      let small = [
        "label_nc": "7", "ngf": "2", "ndf": "3", "nef": "2", "n_downsample_global": "2",
        "n_blocks_global": "1", "n_downsample_E": "2", "n_layers_D": "2", "feat_num": "2",
      ]
      switch self {
      case .featured: return small
      case .plain: return small.merging(["instance_feat": "False", "no_instance": "True"]) { $1 }
      case .enhanced:
        return small.merging(["netG": "local", "n_blocks_local": "1"]) { $1 }
      case .batchNorm: return small.merging(["norm": "batch"]) { $1 }
      case .coded:
        return [
          "label_nc": "7", "contain_dontcare_label": "False", "crop_size": "64",
          "aspect_ratio": "2", "use_vae": "True", "z_dim": "4", "ngf": "2", "ndf": "3",
          "n_layers_D": "3", "nhidden": "8", "norm_G": "spectralspadeinstance3x3",
        ]
      }
    }

    var settings: SceneSettings {
      var settings: SceneSettings = self == .coded ? .spade(pictures: 8) : .pix2pixHD(pictures: 8)
      settings.averageHalfLife = 4
      settings.objective.pixels = 1
      settings.objective.locality = self == .featured || self == .coded ? 1 : 0
      settings.fixedCoarsePictures = self == .enhanced ? 4 : 0
      return settings
    }

    var data: WorldData {
      // SPADE's five doublings begin with one row at least.
      WorldData(World(.street, width: self == .coded ? 64 : 32, height: 32, seed: 3), count: 3)
    }

    func run(seed: UInt32 = 1) throws -> TrainingRun {
      let network = try Scenes.beginning(
        family: family, options: SceneOptions(options), seed: seed
      ).network
      return try TrainingRun(
        SceneStep(network, plan: settings, showcase: data.samples([0, 1])), data: data,
        plan: TrainingPlan(batch: 2, pictures: 8, tick: 2, seed: seed))
    }
  }

  @Test("Stopped and taken up again, a run ends with the same bytes", arguments: Kind.allCases)
  func resuming(_ kind: Kind) throws {
    try expectSameBytes(stoppedAfter: [1, 2, 3]) { try kind.run() }
  }

  @Test("Every parameter learns, and what comes out paints", arguments: Kind.allCases)
  func learning(_ kind: Kind) throws {
    var run = try kind.run()
    let before = run.step.groups.map(\.values)
    var losses: [String: Double] = [:]
    while !run.isFinished { losses = try run.advance()?.losses ?? losses }
    for (group, old) in zip(run.step.groups, before) {
      for (name, pair) in zip(group.names, zip(group.values, old)) {
        // A bias before an instance norm changes nothing: its gradient is rounding.
        if name.hasSuffix(".bias") { continue }
        #expect(pair.0.bits != pair.1.bits, "\(name)")
      }
    }
    #expect(losses.values.allSatisfy(\.isFinite) && losses["D_real"] != nil, "\(losses)")
    #expect((losses["KLD"] != nil) == (kind == .coded))
    let network = try run.step.result()
    #expect(try Scenes.loadDiscriminator(network) != nil)
    let sheet = try run.step.sheet()
    #expect(sheet.width > 32 * (kind == .plain ? 3 : 4) && sheet.height > 32)
  }

  @Test("A coarse part that is fixed stays as it was until its time comes")
  func fixedCoarse() throws {
    var run = try Kind.enhanced.run()
    let coarse = try #require(run.step.groups.first { $0.name == "coarse" })
    #expect(coarse.names.allSatisfy { $0.hasPrefix("model.") })
    for _ in 0..<2 { _ = try run.advance() }
    #expect(
      run.step.groups.first { $0.name == "coarse" }?.values.map(\.bits) == coarse.values.map(\.bits)
    )
    _ = try run.advance()
    #expect(
      run.step.groups.first { $0.name == "coarse" }?.values.map(\.bits) != coarse.values.map(\.bits)
    )
  }

  @Test("A finer network begins with all that a coarser one has learnt")
  func coarseThenFine() throws {
    let coarse = try Kind.featured.run(seed: 5).step.result()
    var options = SceneOptions(Kind.enhanced.options)
    options["ngf"] = "1"
    let (fine, taken) = try Scenes.beginning(
      family: "Pix2PixHD", options: options, seed: 1, earlier: coarse)
    // All but the last layer of the global generator.
    #expect(taken == coarse.parameters.count - 2)
    let name = "model.10.conv_block.1.weight"
    #expect(try fine.parameters[name]?.tensor().bits == coarse.parameters[name]?.tensor().bits)
  }

  /// Sixty steps on one picture, each of which is told of.
  private static func run(_ settings: SceneSettings) throws -> TrainingRun {
    let data = WorldData(World(.street, width: 32, height: 32, seed: 3), count: 1)
    let network = try Scenes.beginning(
      family: "Pix2PixHD", options: SceneOptions(Kind.featured.options), seed: 1
    ).network
    return try TrainingRun(
      SceneStep(network, plan: settings, showcase: data.samples([0])), data: data,
      plan: TrainingPlan(batch: 1, pictures: 60, tick: 1, seed: 1))
  }

  @Test("A step along the gradient lowers the losses that it is the gradient of")
  func descent() throws {
    // The discriminator stands still, so that the generator's losses mean the same after the steps.
    var settings = Kind.featured.settings
    settings.discriminatorRate = 0
    settings.generatorRate = 1e-3
    settings.fallingPictures = 0
    settings.averageHalfLife = 0
    var run = try Self.run(settings)
    var totals: [Double] = []
    while !run.isFinished {
      guard let tick = try run.advance() else { continue }
      totals.append(["G_GAN", "G_Feat", "G_L1"].compactMap { tick.losses[$0] }.reduce(0, +))
    }
    #expect(totals[59] < 0.8 * totals[0], "\(totals)")
  }

  @Test("Where locality counts, what another style changes around an object becomes less")
  func locality() throws {
    var settings = Kind.featured.settings
    settings.objective = SceneObjective(
      adversarial: .leastSquares, averagesScales: false, matching: 0, pixels: 1, locality: 20)
    (settings.generatorRate, settings.discriminatorRate) = (2e-3, 0)
    (settings.fallingPictures, settings.averageHalfLife) = (0, 0)
    var run = try Self.run(settings)
    var changes: [Double] = []
    while !run.isFinished {
      if let change = try run.advance()?.losses["G_Local"] { changes.append(change) }
    }
    // It is looked at in every other step.
    #expect(changes.count == 30)
    let (first, last) = (changes.prefix(5).reduce(0, +), changes.suffix(5).reduce(0, +))
    #expect(first > 0 && last < 0.7 * first, "\(changes)")
  }

  @Test("The rates are constant and then fall in a straight line")
  func rates() throws {
    var run = try Kind.plain.run()
    var rates: [Double] = []
    while !run.isFinished {
      _ = try run.advance()
      rates.append(run.step.groups[0].optimizer.learningRate)
    }
    #expect(rates == [2e-4, 2e-4, 2e-4, 1e-4])
  }

  @Test("Networks and data that cannot be trained so are refused")
  func refusals() throws {
    let samples = Kind.plain.data.samples([0])
    var options = SceneOptions(Kind.coded.options)
    options["norm_G"] = "spectralspadesyncbatch3x3"
    let batched = try Scenes.beginning(family: "SPADE", options: options, seed: 1).network
    #expect {
      try SceneStep(batched, plan: .spade(pictures: 8), showcase: samples)
    } throws: {
      "\($0)".contains("spectralspadeinstance3x3")
    }
    var pictures = SceneOptions(Kind.plain.options)
    pictures["label_nc"] = "0"
    let painter = try Scenes.beginning(family: "Pix2PixHD", options: pictures, seed: 1).network
    #expect {
      try SceneStep(painter, plan: .pix2pixHD(pictures: 8), showcase: samples)
    } throws: {
      "\($0)".contains("label_nc above 0")
    }
    #expect(throws: NetworkError.self) {
      try Scenes.beginning(family: "StyleGAN2", options: SceneOptions(), seed: 1)
    }
    var step = try Kind.plain.run().step
    let moment = TrainingMoment(step: 0, pictures: 0, seed: 1)
    let bare = TrainingBatch(samples.map { TrainingSample(picture: $0.picture) })
    #expect {
      try step.train(on: bare, at: moment)
    } throws: {
      "\($0)".contains("label maps")
    }
  }
}

@Suite("How well scenes are painted")
struct SceneMeasureTests {
  @Test("Repainting is measured by what changes inside and outside of the object")
  func measuring() throws {
    let data = WorldData(World(.street, width: 32, height: 32, seed: 9), count: 3)
    let samples = data.samples([0, 1, 2])
    let featured = try ScenePainter(SceneStepTests.Kind.featured.run().step.result())
    let found = try SceneMeasure(featured, samples)
    let inside = try #require(found.changeInside), outside = try #require(found.changeOutside)
    #expect(found.scenes == 3 && inside > 0 && outside >= 0)
    // By hand, from the painter's own pictures.
    let painted = try featured.painted(samples[0])
    let repainted = try #require(try featured.repainted(samples[0], from: samples[1]))
    let target = try #require(featured.target(samples[0]))
    let sizes = (target.count { $0 }, target.count { !$0 })
    var sums = (0.0, 0.0)
    for (i, pair) in zip(painted.scalars, repainted.scalars).enumerated() {
      if target[i % target.count] {
        sums.0 += Double(abs(pair.0 - pair.1))
      } else {
        sums.1 += Double(abs(pair.0 - pair.1))
      }
    }
    let share = sums.1 / Double(sizes.1) / (sums.0 / Double(sizes.0))
    #expect(try #require(found.largestShare) >= share * 0.999)
    // A plain network has no styles to measure.
    let plain = try SceneMeasure(
      ScenePainter(SceneStepTests.Kind.plain.run().step.result()), samples)
    #expect(plain.changeInside == nil && plain.colourTaken == nil && plain.reconstruction > 0)
  }

  @Test("A code's effect is how much nearer the classes' mean colours come to the other picture's")
  func codes() throws {
    let data = WorldData(World(.street, width: 64, height: 32, seed: 9), count: 2)
    let samples = data.samples([0, 1])
    let network = try SceneStepTests.Kind.coded.run().step.result()
    let painter = try ScenePainter(network)
    let found = try SceneMeasure(painter, samples)
    // In a session a code is that of the held scene, too.
    #expect(try SceneMeasure(ScenePainter(network, holds: true), samples) == found)
    #expect(found.changeInside == nil)
    var sums = (before: 0.0, after: 0.0)
    for (sample, other) in [(samples[0], samples[1]), (samples[1], samples[0])] {
      let labels = (
        try #require(sample.labels).map.values, try #require(other.labels).map.values
      )
      let painted = try painter.painted(sample).scalars
      let repainted = try #require(try painter.repainted(sample, from: other)).scalars
      let wanted = other.picture.tensor().scalars
      for label in Set(labels.0).intersection(labels.1) {
        func mean(_ picture: [Float], _ labels: [Int32], _ channel: Int) -> Double {
          let pixels = labels.indices.filter { labels[$0] == label }
          return pixels.reduce(0.0) { $0 + Double(picture[channel * labels.count + $1]) }
            / Double(pixels.count)
        }
        let area = Double(labels.0.count { $0 == label }) / 2048
        func far(_ picture: [Float]) -> Double {
          (0..<3).reduce(0.0) {
            $0 + pow(mean(picture, labels.0, $1) - mean(wanted, labels.1, $1), 2)
          }.squareRoot() * area
        }
        sums.before += far(painted)
        sums.after += far(repainted)
      }
    }
    #expect(abs(try #require(found.colourTaken) - (1 - sums.after / sums.before)) < 1e-6)
  }
}
