import Editing
import Foundation
import Imaging
import Networks
import Projects
import Tensors

/// Inversions one after the other, each measured; see ``BenchCommand/Inversions``.
struct InversionBench {
  private let network: LoadedNetwork
  private let distance: DistanceList
  private var plan: InversionPlan
  private let tuning: (steps: Int, rate: Double)
  private let noiseSteps: Int
  private let folder: URL?
  private let project: Project?
  private let isQuiet: Bool
  private var starts: StartTable?
  private var encoder: (encoder: LatentEncoder, features: LPIPS)?
  private(set) var lines: [BenchCommand.Inversions.Line] = []

  init(
    network: LoadedNetwork, distance: DistanceList, plan: InversionPlan,
    tuning: (steps: Int, rate: Double), noiseSteps: Int, folder: URL?, project: Project?,
    isQuiet: Bool
  ) {
    (self.network, self.distance, self.plan, self.tuning) = (network, distance, plan, tuning)
    (self.noiseSteps, self.folder, self.project) = (noiseSteps, folder, project)
    self.isQuiet = isQuiet
  }

  /// Makes ready what all inversions start from.
  mutating func start(_ encoders: Project?) throws {
    if let encoders {
      guard let (found, record) = try encoders.encoder(for: network.digest),
        let features = try MetricReader.distance(record.metric) as? LPIPS
      else {
        throw CommandError.invalidInput("the project keeps no encoder of \(network.name).")
      }
      encoder = (found, features)
      plan.start = .given
    } else if case .nearest(let count) = plan.start {
      let mean = network.generator.meanLatent.reshaped([1, network.generator.size.wDim])
      var progress = Progress("pictures to start from", total: count + 1)
      starts = try StartTable(network.generator, mean: mean, count: count) { _ in
        try progress.advance()
      }
    }
    try project?.add(network.record)
  }

  /// A generated picture from its pixels.
  mutating func invert(seed: UInt32, psi: Float) throws {
    let generator = network.generator
    var random = RandomState(seed: seed)
    let mean = generator.meanLatent.reshaped([1, generator.size.wDim])
    let w = generator.mapping(random.randn([1, generator.size.zDim]), label: nil)
    let target = Image(
      generator.synthesis(generator.broadcast(mean + (w - mean) * psi), noise: .const))
    var work = Measured()
    var inversion = try begin(target, plan)
    while inversion.advance() != nil { try Interruption.check() }
    try note("seed \(seed)", "w+", Image(inversion.render()), target, &work)
  }

  /// A photograph, four ways.
  mutating func invert(_ photo: String, _ target: Image) throws {
    let name = URL(fileURLWithPath: photo).deletingPathExtension().lastPathComponent
    var plan = plan
    let last = plan.stages.count - 1
    if noiseSteps > 0, last >= 0 {
      plan.stages.append(.noise(after: plan.stages[last], noiseSteps))
    }
    var work = Measured()
    var inversion = try begin(target, plan)
    var pivot: (ws: Tensor, work: Measured)?
    var stage = 0
    while inversion.advance() != nil {
      try Interruption.check()
      guard inversion.state.stage > stage else { continue }
      let done = plan.stages[stage], next = inversion.state.stage
      stage = next
      // Coarse and fine parts of one space are one method.
      if next < plan.stages.count, plan.stages[next].space == done.space,
        plan.stages[next].noise == done.noise
      {
        continue
      }
      let method = done.noise == .fixed ? done.space.rawValue : "noise"
      try note(name, method, Image(inversion.render()), target, &work)
      let maps = done.noise == .fixed ? nil : NoiseMaps.joined(inversion.state.noise)
      try keep(inversion.state.latent.row(0), "\(name) \(method)", noise: maps)
      if method == "w+" { pivot = (inversion.latent, work) }
    }
    guard tuning.steps > 0, var pivot else { return }
    pivot.work.resume()
    var tuned = try PivotalTuning(
      network.canonical, target: target.tensor(), ws: pivot.ws, learningRate: tuning.rate,
      distance: distance.pictureDistance)
    while tuned.steps < tuning.steps {
      _ = try tuned.advance()
      try Interruption.check()
    }
    let joined = WeightTuning.joined(tuned.difference, of: network.canonical)
    let generator = try Generators.load(
      network.canonical.adding(WeightTuning.split(joined, of: network.canonical)))
    let result = Image(generator.synthesis(pivot.ws, SynthesisSettings()))
    try note(name, "pti", result, target, &pivot.work)
    try keep(pivot.ws.row(0), "\(name) pti", tuning: joined)
  }

  private func begin(_ target: Image, _ plan: InversionPlan) throws -> Inversion {
    let tensor = target.tensor()
    return try Inversion(
      network.generator, target: tensor, plan: plan,
      start: try encoder.map { try $0.encoder.latents(of: tensor, $0.features) }, starts: starts,
      distance: distance.pictureDistance)
  }

  private mutating func note(
    _ name: String, _ method: String, _ result: Image, _ target: Image, _ work: inout Measured
  ) throws {
    work.pause()
    let line = BenchCommand.Inversions.Line(
      name: name, method: method, quality: InversionQuality(result, target, by: distance.judge),
      seconds: work.seconds, peakMB: work.peakMB)
    lines.append(line)
    if !isQuiet { line.show() }
    if let folder {
      try InversionWork.strip(target, result)
        .write(to: folder.appendingPathComponent("\(name) \(method).png"))
    }
    work.resume()
  }

  private func keep(
    _ latent: Tensor, _ name: String, noise: Tensor? = nil, tuning: Tensor? = nil
  ) throws {
    var content = MemoryContent()
    let companions = LatentCompanions(
      tuning: tuning.map { content.add($0) }, noise: noise.map { content.add($0) })
    _ = try project?.keep(
      latent, named: name, space: latent.shape.rank == 2 ? .wPlus : .w, network: network.digest,
      replace: true, companions: companions, attachments: content.tensors)
  }

  /// The means by method.
  func summarize() {
    var methods: [String] = []
    for line in lines where !methods.contains(line.method) { methods.append(line.method) }
    for method in methods {
      let own = lines.filter { $0.method == method }
      func mean(_ value: (BenchCommand.Inversions.Line) -> Double) -> Double {
        own.reduce(0) { $0 + value($1) } / Double(own.count)
      }
      let near = own.filter { $0.quality.distance <= 0.05 }.count
      print(
        String(
          format:
            "%@: distance %.4f, l2 %.4f, ms-ssim %.4f, %.1f s, %.0f MB; %d of %d at 0.05 or less",
          method, mean { Double($0.quality.distance) }, mean { Double($0.quality.l2) },
          mean { Double($0.quality.similarity) }, mean(\.seconds), own.map(\.peakMB).max() ?? 0,
          near, own.count))
    }
  }
}

/// The time and the memory of one piece of work, which may be paused.
private struct Measured {
  private(set) var seconds = 0.0
  /// The most memory that the process had since the work began or went on.
  private(set) var peakMB = 0.0
  private var since = ContinuousClock.now

  init() { resume() }

  mutating func resume() {
    // From here on, Linux counts the peak anew.
    try? "5".write(toFile: "/proc/self/clear_refs", atomically: false, encoding: .utf8)
    since = .now
  }

  mutating func pause() {
    seconds += (ContinuousClock.now - since) / .seconds(1)
    peakMB = max(peakMB, Self.peak())
  }

  private static func peak() -> Double {
    let status = (try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)) ?? ""
    let line = status.split(separator: "\n").first { $0.hasPrefix("VmHWM:") }
    let kilobytes = line?.split(separator: " ").dropFirst().first.flatMap { Double($0) }
    return (kilobytes ?? Double(PeakMemory.bytes >> 10)) / 1024
  }
}
