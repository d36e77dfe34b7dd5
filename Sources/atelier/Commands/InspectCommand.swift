import ArgumentParser
import Checkpoints
import Foundation
import Networks

/// `atelier inspect`: what a checkpoint is, without running anything in it.
struct InspectCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "inspect",
    abstract: "Tell what a checkpoint holds: format, family, configuration, layers, digest.",
    discussion: """
      Nothing in the file is run; code in it is noticed and ignored.

      Examples:
        atelier inspect ffhq.pkl
        atelier inspect faces-1024
        atelier inspect network.pt --tensors
      """)

  @Argument(help: ArgumentHelp("A checkpoint, or the name of fetched weights.", valueName: "file"))
  var file: String
  @Flag(help: "List every tensor.") var tensors = false
  @Flag(help: "Print JSON on standard output.") var json = false

  /// What is told.
  struct Report: Encodable {
    let file: String
    let format: String
    let digest: String
    let tensorCount: Int
    let containsCode: Bool
    let family: String?
    let problem: String?
    let configuration: String?
    let resolution: Int?
    let rows: Int?
    let zDim: Int?
    let wDim: Int?
    let classes: Int?
    let layers: [LayerDescription]
    let provenance: [String: String]
    let tensors: [Entry]?

    struct Entry: Encodable { let name, type, shape: String }
  }

  func run() throws {
    let url = try LoadedNetwork.locate(file)
    let checkpoint = try Checkpoint(contentsOf: url)
    var canonical: CanonicalNetwork?
    var generator: (any Generator)?
    var problem: String?
    do {
      if let perceptual = try LPIPSFamily.canonical(checkpoint) {
        canonical = perceptual
        _ = try LPIPS(perceptual)
      } else {
        canonical = try Generators.canonical(checkpoint)
        generator = try canonical.map { try Generators.load($0) }
      }
    } catch {
      problem = "\(error)"
    }
    let size = generator?.size
    let report = Report(
      file: url.path, format: checkpoint.format.name, digest: try checkpoint.digest().description,
      tensorCount: checkpoint.names.count, containsCode: checkpoint.containsCode,
      family: canonical?.family, problem: problem, configuration: canonical?.configuration,
      resolution: size?.resolution, rows: size?.rows, zDim: size?.zDim, wDim: size?.wDim,
      classes: size?.classes, layers: generator?.layers ?? [],
      provenance: canonical?.provenance ?? [:],
      tensors: tensors
        ? checkpoint.names.compactMap { name in
          checkpoint.tensors[name].map {
            Report.Entry(name: name, type: "\($0.type)", shape: "\($0.shape)")
          }
        } : nil)
    if json { try Output.json(report) } else { Self.show(report) }
  }

  private static func show(_ report: Report) {
    func line(_ title: String, _ value: String) { print("\(title.padded(to: 15))\(value)") }
    line("file", report.file)
    line("format", report.format)
    line("digest", report.digest)
    line("tensors", "\(report.tensorCount)")
    if report.containsCode { line("contains code", "ignored; nothing in the file is run") }
    line("family", report.family ?? "unknown")
    if let problem = report.problem { line("problem", problem) }
    if let resolution = report.resolution { line("resolution", "\(resolution)") }
    if let zDim = report.zDim, let wDim = report.wDim, let rows = report.rows {
      line("z, w", "\(zDim), \(wDim)")
      line("W+ rows", "\(rows)")
    }
    if let classes = report.classes, classes > 0 { line("classes", "\(classes)") }
    if let configuration = report.configuration { line("configuration", configuration) }
    for (key, value) in report.provenance.sorted(by: { $0.key < $1.key }) { line(key, value) }
    if !report.layers.isEmpty {
      print("\n\("layer".padded(to: 20))\("kind".padded(to: 13))  size  channels      W+ row")
      for layer in report.layers {
        print(
          layer.name.padded(to: 20) + layer.kind.rawValue.padded(to: 13)
            + String(format: "%6d", layer.resolution)
            + "  \(layer.inputChannels) → \(layer.outputChannels)".padded(to: 16)
            + "\(layer.row)")
      }
    }
    for entry in report.tensors ?? [] {
      print("\(entry.name.padded(to: 48)) \(entry.type.padded(to: 6)) \(entry.shape)")
    }
  }
}
