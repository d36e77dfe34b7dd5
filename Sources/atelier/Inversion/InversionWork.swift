import Editing
import Foundation
import Imaging
import Networks
import Projects
import Tensors

/// One inversion at work: stored in its project as it goes, and taken up again from there.
struct InversionWork {
  private let network: LoadedNetwork
  private let project: Project
  private let name: String
  private let target: Image
  private let settings: InversionSettings
  private let distance: DistanceList
  private var inversion: Inversion
  /// The tuning of the weights, once the latent is found.
  private var tuning: PivotalTuning?
  /// What a finished tuning has come to.
  private var tuned: Tensor?
  private var seconds: Double

  /// Where the picture so far is written, and every how many steps.
  typealias Preview = (url: URL, every: Int)

  /// What is counted, as text beside the stored tensors.
  private struct Counters: Codable {
    var inversion: String
    var tuning: Int
  }

  /// Begins an inversion, or takes up the one that is stored under the name.
  init(
    network: LoadedNetwork, project: Project, name: String, target: Image, distance: DistanceList,
    settings: InversionSettings, start: InvertCommand.Start, restart: Bool
  ) throws {
    (self.network, self.project, self.name, self.target) = (network, project, name, target)
    (self.distance, self.settings) = (distance, settings)
    let tensor = target.tensor()
    let stored = try project.inversion(named: name)
    seconds = 0
    if !restart, let stored {
      guard stored.network == network.digest, stored.target == target.pixelDigest,
        settings.goesOn(from: stored)
      else {
        throw CommandError.invalidInput(
          "the project keeps another inversion '\(name)' (of another photograph, network or "
            + "settings). Choose another --name, or begin anew with --restart.")
      }
      if let (counters, tensors) = try project.inversionState(of: name) {
        seconds = stored.seconds
        let counted = try? JSONDecoder().decode(Counters.self, from: Data(counters.utf8))
        inversion = try Inversion(
          network.generator, target: tensor, plan: settings.plan,
          state: InversionState(counters: counted?.inversion ?? counters) { tensors[$0] },
          distance: distance.pictureDistance)
        tuned = tensors["tuning.result"]
        if inversion.isFinished, settings.tuning > 0, tuned == nil {
          tuning = try Self.tuning(network, inversion, tensor, settings, distance)
          if let steps = counted?.tuning, steps > 0 { try takeUp(steps, tensors) }
        }
        Output.note("\(name): goes on at step \(done) of \(total).")
        return
      }
    }
    let guess = start == .encoder ? try Self.guess(tensor, network, project) : nil
    inversion = try Inversion(
      network.generator, target: tensor, plan: settings.plan, start: guess,
      distance: distance.pictureDistance)
    // Nothing is changed before all that can be wrong has been found.
    if restart, stored != nil { try project.removeInversion(name) }
    if restart || stored == nil {
      try project.add(network.record)
      _ = try project.beginInversion(
        named: name, network: network.digest, target: target.pixelDigest, settings: settings.text)
    }
  }

  private var done: Int { inversion.state.index + (tuning?.steps ?? 0) }
  private var total: Int { settings.plan.steps + settings.tuning }

  /// What the project's encoder says of a picture: `[1, wDim]`.
  private static func guess(
    _ picture: Tensor, _ network: LoadedNetwork, _ project: Project
  ) throws -> Tensor {
    guard let (encoder, record) = try project.encoder(for: network.digest) else {
      throw CommandError.invalidInput(
        "the project keeps no encoder of \(network.name). Fit one with: atelier encoder fit.")
    }
    guard let features = try MetricReader.distance(record.metric) as? LPIPS else {
      throw CommandError.invalidInput("the encoder's metric \(record.metric) has no features.")
    }
    return try encoder.latents(of: picture, features)
  }

  /// The tuning of the network's weights around what an inversion has found.
  private static func tuning(
    _ network: LoadedNetwork, _ inversion: Inversion, _ target: Tensor,
    _ settings: InversionSettings, _ distance: DistanceList
  ) throws -> PivotalTuning {
    try PivotalTuning(
      network.canonical, target: target, ws: inversion.latent,
      settings: SynthesisSettings(noise: inversion.noise), learningRate: settings.tuningRate,
      distance: distance.pictureDistance)
  }

  /// Takes up a tuning after as many steps.
  private mutating func takeUp(_ steps: Int, _ tensors: [String: Tensor]) throws {
    let weights = "tuning.weight.", moments = "tuning.moment."
    let parameters = tensors.filter { $0.key.hasPrefix(weights) }
      .map { (String($0.key.dropFirst(weights.count)), $0.value) }
    try tuning?.restore(
      steps: steps, parameters: Dictionary(parameters) { first, _ in first }
    ) { tensors[moments + $0] }
  }

  /// Makes every step that is left; what was done is stored at Ctrl-C too.
  mutating func run(keepEvery: Int, preview: Preview?) throws {
    let line = InversionLine(done: done, total: total)
    defer { line.finish() }
    var clock = Clock(seconds: seconds)
    while let step = inversion.advance() {
      line.show(
        step.index, settings.plan.stages[step.stage].space.rawValue, distance: step.distance,
        loss: step.loss)
      let isDue = inversion.isFinished || inversion.state.index % keepEvery == 0
      if let preview, inversion.state.index % preview.every == 0, let picture = inversion.picture {
        try Image(picture).write(to: preview.url)
      }
      try keep(isDue, &clock)
    }
    guard settings.tuning > 0, tuned == nil else { return try show(preview) }
    if tuning == nil {
      tuning = try Self.tuning(network, inversion, target.tensor(), settings, distance)
    }
    while let steps = tuning?.steps, steps < settings.tuning {
      guard let loss = try tuning?.advance() else { break }
      line.show(done - 1, "weights", distance: loss, loss: loss)
      if let preview, (steps + 1) % preview.every == 0, let picture = tuning?.picture {
        try Image(picture).write(to: preview.url)
      }
      // All weights and their moments are stored, which takes a while for large networks.
      try keep(clock.sinceStored > 30, &clock)
    }
    tuned = (tuning?.difference).map { WeightTuning.joined($0, of: network.canonical) }
    try keep(true, &clock)
    try show(preview)
  }

  private func show(_ preview: Preview?) throws {
    if let preview { try result().write(to: preview.url) }
  }

  /// Stores the state where that is due or Ctrl-C was pressed.
  private mutating func keep(_ isDue: Bool, _ clock: inout Clock) throws {
    var problem: (any Error)?
    do { try Interruption.check() } catch { problem = error }
    if isDue || problem != nil {
      seconds = clock.stored()
      try store()
    }
    if let problem { throw problem }
  }

  private func store() throws {
    var tensors = inversion.state.tensors
    if let tuned {
      tensors.append(("tuning.result", tuned))
    } else if let tuning {
      for (name, tensor) in tuning.parameters.sorted(by: { $0.key < $1.key }) {
        tensors.append(("tuning.weight.\(name)", tensor))
      }
      for moment in tuning.moments {
        tensors.append(("tuning.moment.\(moment.name)", moment.tensor))
      }
    }
    let counters = Counters(inversion: inversion.state.counters, tuning: tuning?.steps ?? 0)
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys]
    try project.storeInversion(
      name, step: done, counters: String(decoding: try encoder.encode(counters), as: UTF8.self),
      tensors: tensors, seconds: seconds, settings: settings.text,
      isFinished: inversion.isFinished && (settings.tuning == 0 || tuned != nil))
  }

  /// The picture of all that was found.
  private func result() throws -> Image {
    var generator = network.generator
    if let tuned {
      generator = try Generators.load(
        network.canonical.adding(WeightTuning.split(tuned, of: network.canonical)))
    }
    return Image(
      generator.synthesis(inversion.latent, SynthesisSettings(noise: inversion.noise)))
  }

  /// Keeps the latent with what belongs to it, writes the strip, and measures the result.
  func finish(photo: String, output: URL?) throws -> InversionReport {
    let result = try result()
    let quality = InversionQuality(result, target, by: distance.judge)
    let steps = inversion.state.index + (tuned == nil ? 0 : settings.tuning)
    let report = InversionReport(
      name: name, photo: photo, network: network.name, steps: steps, quality: quality,
      metric: distance.judge.name, seconds: seconds, peakMemory: PeakMemory.bytes,
      output: output?.path)
    var content = MemoryContent()
    let movesNoise = settings.plan.stages.contains { $0.noise != .fixed }
    let maps = movesNoise ? inversion.state.noise : []
    let companions = LatentCompanions(
      tuning: tuned.map { content.add($0) },
      noise: maps.isEmpty ? nil : content.add(NoiseMaps.joined(maps)))
    let latent = inversion.state.latent
    _ = try project.keep(
      latent.row(0), named: name, space: latent.shape.rank == 3 ? .wPlus : .w,
      network: network.digest,
      note: "inverted from \(URL(fileURLWithPath: photo).lastPathComponent): \(report.summary)",
      replace: true, companions: companions, attachments: content.tensors)
    if let output { try Self.strip(target, result).write(to: output) }
    return report
  }

  /// Target, result and the absolute difference, brightened fourfold.
  static func strip(_ target: Image, _ result: Image) -> Image {
    let residual = zip(target.pixels, result.pixels).map { a, b in
      UInt8(clamping: 4 * abs(Int(a) - Int(b)))
    }
    let side = target.width
    var strip = Image(width: 3 * side, height: target.height, colour: [0, 0, 0])
    strip.paste(target, x: 0, y: 0)
    strip.paste(result, x: side, y: 0)
    strip.paste(
      Image(width: side, height: target.height, channels: 3, pixels: residual), x: 2 * side, y: 0)
    return strip
  }
}

/// The seconds of all sittings.
private struct Clock {
  private var seconds: Double
  private var last = ContinuousClock.now

  init(seconds: Double) { self.seconds = seconds }

  /// The seconds since the state was stored.
  var sinceStored: Double { (ContinuousClock.now - last) / .seconds(1) }

  /// Counts the time up to now.
  mutating func stored() -> Double {
    seconds += sinceStored
    last = .now
    return seconds
  }
}
