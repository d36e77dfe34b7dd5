import Foundation
import Imaging
import Networks
import Projects
import Tensors
import Training

/// A training at work in its folder: `state.safetensors` to go on from, `network.safetensors`,
/// `training.atelier` with the records, `sheets`, `index.html`, and its curves as `curves.svg`.
struct TrainingSession {
  private let folder: URL
  private let project: Project
  private let title: String
  private let facts: [(name: String, value: String)]
  private let snap: Int
  private var run: TrainingRun
  /// The seconds that earlier commands have trained.
  private var before = 0.0

  private static let runName = "training"

  /// Begins a run in a folder, or takes up the one that is there.
  init(
    _ step: any TrainingStep, data: any TrainingData, options: TrainingRunOptions, title: String,
    facts: [(name: String, value: String)]
  ) throws {
    let plan = try options.plan()
    folder = try OutputPlace.folder(options.out)
    self.title = title
    self.facts =
      [
        ("data", data.summary), ("batch", "\(plan.batch)"), ("seed", "\(plan.seed)"),
        ("pictures to show", "\(plan.pictures)"),
      ] + facts
    snap = options.snap
    run = try TrainingRun(step, data: data, plan: plan)
    let state = folder.appendingPathComponent("state.safetensors")
    let isThere = FileManager.default.fileExists(atPath: state.path)
    guard options.resume || !isThere else {
      throw CommandError.invalidInput(
        "\(folder.path) holds a run already. Go on with it with --resume, or name another folder.")
    }
    if isThere { try TrainingCheckpoint.restore(&run, from: state) }
    project = try Project.create(
      at: folder.appendingPathComponent("training.atelier"), openExisting: true)
    if isThere {
      before = try reports().last?.seconds ?? 0
      Output.note("goes on after \(run.pictures) of \(plan.pictures) pictures.")
    } else {
      try project.appendTraining(run.step.settings, run: Self.runName, step: 0)
    }
  }

  /// What the page says of a network and the command that trains it.
  static func facts(of network: CanonicalNetwork) -> [(name: String, value: String)] {
    let count = network.parameters.values.reduce(0) { $0 + $1.shape.count }
    return [
      ("weights", "\(count)"), ("begins with", network.provenance["source"] ?? network.file),
      ("command", CommandLine.arguments.dropFirst().joined(separator: " ")),
    ]
  }

  /// Trains until all pictures were shown; what was done is stored at Ctrl-C too.
  mutating func train() throws -> TrainingSummary {
    Interruption.watch()
    if !FileManager.default.fileExists(atPath: sheetFile(0).path), run.steps == 0 {
      try writeSheet()
    }
    let line = TrainingLine(run)
    var clock = TrainingClock(pictures: run.pictures)
    var ticks = 0
    while !run.isFinished {
      let tick = try clock.measure { try run.advance() }
      line.show(run)
      if let tick {
        ticks += 1
        try report(tick, &clock)
        if ticks % snap == 0 || run.isFinished { try save(withSheet: true) }
      }
      do {
        try Interruption.check()
      } catch {
        line.finish()
        try save(withSheet: false)
        throw error
      }
    }
    line.finish()
    try save(withSheet: false)
    let last = try reports().last
    return TrainingSummary(
      folder: folder.path, network: networkFile.path, steps: run.steps, pictures: run.pictures,
      seconds: last?.seconds ?? before, picturesPerSecond: last?.picturesPerSecond,
      losses: last?.tick.losses ?? [:])
  }

  private var networkFile: URL { folder.appendingPathComponent("network.safetensors") }

  private func sheetFile(_ pictures: Int) -> URL {
    folder.appendingPathComponent("sheets")
      .appendingPathComponent(String(format: "%09d.png", pictures))
  }

  private func report(_ tick: TrainingTick, _ clock: inout TrainingClock) throws {
    let speed = clock.lap(pictures: tick.pictures)
    let operations = run.step.operationsPerPicture
    let report = TrainingReport(
      tick: tick, picturesPerSecond: speed,
      gigaflops: operations > 0 ? speed * operations / 1e9 : nil, seconds: before + clock.total)
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    encoder.nonConformingFloatEncodingStrategy = .convertToString(
      positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
    try project.appendTraining(
      String(decoding: try encoder.encode(report), as: UTF8.self), run: Self.runName,
      step: tick.step)
    let left = Double(run.plan.pictures - tick.pictures) / max(speed, 1e-9)
    let end = run.isFinished ? "" : String(format: "; about %.0f min left", left / 60)
    Output.note("\(report.line)\(end)")
  }

  private func reports() throws -> [TrainingReport] {
    let decoder = JSONDecoder()
    decoder.nonConformingFloatDecodingStrategy = .convertFromString(
      positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
    return try project.training(Self.runName).filter { $0.step > 0 }.map { entry in
      guard let report = try? decoder.decode(TrainingReport.self, from: Data(entry.record.utf8))
      else {
        throw CommandError.failed(
          "\(project.url.path): the record of step \(entry.step) is damaged.")
      }
      return report
    }
  }

  /// State, network, page, and a sheet of samples.
  private func save(withSheet: Bool) throws {
    try TrainingCheckpoint.write(run, to: folder.appendingPathComponent("state.safetensors"))
    try run.step.result().write(to: networkFile)
    if withSheet { try writeSheet() }
    let page = TrainingPage(
      title: title, facts: facts, reports: try reports(), sheets: try shownSheets())
    for (name, text) in [("index.html", page.html), ("curves.svg", page.curves)] {
      let file = folder.appendingPathComponent(name)
      do {
        try Data(text.utf8).write(to: file, options: .atomic)
      } catch {
        throw CommandError.failed("cannot write \(file.path): \(error.localizedDescription)")
      }
    }
  }

  private func writeSheet() throws {
    let file = sheetFile(run.pictures)
    _ = try OutputPlace.folder(file.deletingLastPathComponent().path)
    try run.step.sheet().write(to: file)
  }

  /// At most eight sheets, the last among them.
  private func shownSheets() throws -> [(pictures: Int, png: Data)] {
    let place = folder.appendingPathComponent("sheets")
    let names = ((try? FileManager.default.contentsOfDirectory(atPath: place.path)) ?? [])
      .filter { $0.hasSuffix(".png") }.sorted()
    let step = max((names.count + 6) / 7, 1)
    let chosen = names.enumerated().filter { $0.offset % step == 0 || $0.offset == names.count - 1 }
    return try chosen.compactMap { _, name in
      guard let pictures = Int(name.dropLast(4)) else { return nil }
      return (pictures, try Data(contentsOf: place.appendingPathComponent(name)))
    }
  }
}

/// How a training ended.
struct TrainingSummary: Encodable {
  let folder, network: String
  let steps, pictures: Int
  let seconds: Double
  let picturesPerSecond: Double?
  let losses: [String: Double]

  func show() {
    print("\(network): \(pictures) pictures in \(steps) steps")
    print(
      String(format: "%.0f s of training; curves and samples in %@/index.html", seconds, folder))
  }
}

/// The time that steps take, without what is done between them.
private struct TrainingClock {
  private(set) var total = 0.0
  private var lapStart: (seconds: Double, pictures: Int)

  init(pictures: Int) { lapStart = (0, pictures) }

  mutating func measure<Result>(_ body: () throws -> Result) rethrows -> Result {
    let start = ContinuousClock.now
    defer { total += (ContinuousClock.now - start) / .seconds(1) }
    return try body()
  }

  /// The pictures a second since the last lap.
  mutating func lap(pictures: Int) -> Double {
    defer { lapStart = (total, pictures) }
    return Double(pictures - lapStart.pictures) / max(total - lapStart.seconds, 1e-9)
  }
}

/// The line that tells how far a training has come, on a terminal only.
private struct TrainingLine {
  private let first: Int
  private let start = ContinuousClock.now
  private let isShown = isatty(STDERR_FILENO) == 1

  init(_ run: TrainingRun) { first = run.pictures }

  func show(_ run: TrainingRun) {
    guard isShown else { return }
    let each = (ContinuousClock.now - start) / .seconds(1) / Double(max(run.pictures - first, 1))
    let left = each * Double(max(run.plan.pictures - run.pictures, 0))
    let text = String(
      format: "\r\u{1B}[K%d of %d pictures, %.2f each second, about %.0f min left", run.pictures,
      run.plan.pictures, 1 / max(each, 1e-9), left / 60)
    FileHandle.standardError.write(Data(text.utf8))
  }

  func finish() {
    if isShown { FileHandle.standardError.write(Data("\r\u{1B}[K".utf8)) }
  }
}
