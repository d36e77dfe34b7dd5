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
  private let perceptual: LPIPS
  private var inversion: Inversion
  private var seconds: Double

  /// What an inversion goes on with only if it is the same.
  private struct Settings: Codable {
    let metric: String
    let pixelWeight: Float
    let plan: InversionPlan
  }

  /// Begins an inversion, or takes up the one that is stored under the name.
  init(
    network: LoadedNetwork, project: Project, name: String, target: Image,
    metric: (name: String, distance: LPIPS), pixelWeight: Float, plan: InversionPlan,
    start: InvertCommand.Start, restart: Bool
  ) throws {
    (self.network, self.project, self.name, self.target) = (network, project, name, target)
    perceptual = metric.distance
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    let settings = String(
      decoding: try encoder.encode(
        Settings(metric: metric.name, pixelWeight: pixelWeight, plan: plan)), as: UTF8.self)
    let tensor = target.tensor()
    let distance = Self.distance(metric.distance, pixelWeight: pixelWeight)
    let stored = try project.inversion(named: name)
    seconds = 0
    if !restart, let stored {
      guard stored.network == network.digest, stored.target == target.pixelDigest,
        stored.settings == settings
      else {
        throw CommandError.invalidInput(
          "the project keeps another inversion '\(name)' (of another photograph, network or "
            + "settings). Choose another --name, or begin anew with --restart.")
      }
      if let (counters, tensors) = try project.inversionState(of: name) {
        seconds = stored.seconds
        inversion = try Inversion(
          network.generator, target: tensor, plan: plan,
          state: InversionState(counters: counters) { tensors[$0] }, distance: distance)
        Output.note("\(name): goes on at step \(stored.step) of \(plan.steps).")
        return
      }
    }
    let guess = start == .encoder ? try Self.guess(tensor, network, project) : nil
    inversion = try Inversion(
      network.generator, target: tensor, plan: plan, start: guess, distance: distance)
    // Nothing is changed before all that can be wrong has been found.
    if restart, stored != nil { try project.removeInversion(name) }
    if restart || stored == nil {
      try project.add(network.record)
      _ = try project.beginInversion(
        named: name, network: network.digest, target: target.pixelDigest, settings: settings)
    }
  }

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

  /// LPIPS of pictures shrunk to 256 pixels, and mean squares at the stage's own size.
  private static func distance(_ perceptual: LPIPS, pixelWeight: Float) -> PictureDistance {
    { picture, target in
      let near = perceptual.distance(picture.averaged(side: 256), target.averaged(side: 256))
      return near.reshaped([]) + (picture - target).squared().mean() * pixelWeight
    }
  }

  /// Makes every step that is left; what was done is stored at Ctrl-C too.
  mutating func run(keepEvery: Int, preview: URL?) throws {
    let total = inversion.plan.steps
    let line = InversionLine(done: inversion.state.index, total: total)
    var begin = ContinuousClock.now
    func spent(_ since: ContinuousClock.Instant) -> Double { (.now - since) / .seconds(1) }
    while let step = inversion.advance() {
      line.show(step)
      var problem: (any Error)?
      do { try Interruption.check() } catch { problem = error }
      if problem != nil || inversion.isFinished || inversion.state.index % keepEvery == 0 {
        seconds += spent(begin)
        begin = .now
        try store()
        if let preview { try Image(inversion.render()).write(to: preview) }
      }
      if let problem {
        line.finish()
        throw problem
      }
    }
    line.finish()
  }

  private func store() throws {
    try project.storeInversion(
      name, step: inversion.state.index, counters: inversion.state.counters,
      tensors: inversion.state.tensors, seconds: seconds, isFinished: inversion.isFinished)
  }

  /// Keeps the latent, writes the strip, and measures the result.
  func finish(photo: String, output: URL?) throws -> InversionReport {
    let picture = inversion.render()
    let result = Image(picture)
    let (a, b) = (result.tensor(), target.tensor())
    let report = InversionReport(
      name: name, photo: photo, network: network.name, steps: inversion.state.index,
      lpips: perceptual.distance(a.averaged(side: 256), b.averaged(side: 256)).scalar,
      metric: perceptual.name, l2: SquaredDistance().distance(a, b).scalar,
      similarity: 1 - StructuralSimilarity().distance(a, b).scalar, seconds: seconds,
      peakMemory: InversionReport.peakMemory(), output: output?.path)
    let latent = inversion.state.latent
    let isPlus = latent.shape.rank == 3
    _ = try project.keep(
      latent.row(0), named: name, space: isPlus ? .wPlus : .w, network: network.digest,
      note: "inverted from \(URL(fileURLWithPath: photo).lastPathComponent): \(report.summary)",
      replace: true)
    if let output { try Self.strip(target, result).write(to: output) }
    return report
  }

  /// Target, result and the absolute difference, brightened fourfold.
  private static func strip(_ target: Image, _ result: Image) -> Image {
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

/// How an inversion ended.
struct InversionReport: Encodable {
  let name, photo, network: String
  let steps: Int
  let lpips: Float
  let metric: String
  let l2, similarity: Float
  let seconds: Double
  /// In bytes.
  let peakMemory: Int
  let output: String?

  enum CodingKeys: String, CodingKey {
    case name, photo, network, steps, lpips, metric, l2, seconds, peakMemory, output
    case similarity = "msSSIM"
  }

  /// The distances on one line.
  var summary: String {
    String(
      format: "%@ %.4f, l2 %.4f, ms-ssim %.4f after %d steps", metric, lpips, l2, similarity, steps)
  }

  func show() {
    print("\(name): \(summary)")
    print(
      String(
        format: "%.0f s, %.0f MB at most%@", seconds, Double(peakMemory) / 1e6,
        output.map { "; \($0)" } ?? ""))
  }

  /// The most memory that this process has had, in bytes.
  static func peakMemory() -> Int {
    var usage = rusage()
    getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
    return usage.ru_maxrss << 10
  }
}

/// The line that tells of a running inversion, on a terminal only.
struct InversionLine {
  private let total: Int
  private let first: Int
  private let start = ContinuousClock.now
  private let isShown = isatty(STDERR_FILENO) == 1

  init(done: Int, total: Int) {
    (first, self.total) = (done, total)
    Interruption.watch()
  }

  func show(_ step: Inversion.Step) {
    guard isShown else { return }
    let made = step.index + 1 - first
    let each = (ContinuousClock.now - start) / .seconds(1) / Double(max(made, 1))
    let text = String(
      format: "\r\u{1B}[Kstep %d of %d, distance %.4f, loss %.4f, %.2f s each, about %.0f s left",
      step.index + 1, total, step.distance, step.loss, each,
      each * Double(total - step.index - 1))
    FileHandle.standardError.write(Data(text.utf8))
  }

  func finish() {
    if isShown { FileHandle.standardError.write(Data("\r\u{1B}[K".utf8)) }
  }
}
