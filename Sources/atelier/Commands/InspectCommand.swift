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
        atelier inspect checkpoints/label2city --option no_instance=True
      """)

  @Argument(help: ArgumentHelp("A checkpoint, or the name of fetched weights.", valueName: "file"))
  var file: String
  @OptionGroup var options: SceneOptionArguments
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
    let scene: Scene?
    let layers: [LayerDescription]
    let provenance: [String: String]
    let tensors: [Entry]?

    struct Entry: Encodable { let name, type, shape: String }

    /// What a network that paints label maps takes and gives.
    struct Scene: Encodable {
      let classes, features, codeWidth, multiple: Int
      let usesInstances, hasUnknownClass, hasEncoder, hasDiscriminator: Bool
      let width, height: Int?
      let layers: [SceneLayer]

      init?(_ network: CanonicalNetwork) throws {
        guard Scenes.families.contains(where: { $0.name == network.family }) else { return nil }
        let generator = try Scenes.load(network), size = generator.size
        classes = size.classes
        features = size.features
        codeWidth = size.codeWidth
        multiple = size.multiple
        usesInstances = size.usesInstances
        hasUnknownClass = size.hasUnknownClass
        hasEncoder = try Scenes.loadEncoder(network) != nil
        hasDiscriminator = try Scenes.loadDiscriminator(network) != nil
        width = size.fixedSize?.width
        height = size.fixedSize?.height
        layers = generator.layers
      }
    }
  }

  func validate() throws { _ = try options.stated() }

  func run() throws {
    let url = try LoadedNetwork.locate(file)
    let checkpoint = try Checkpoint(contentsOf: url)
    var canonical: CanonicalNetwork?
    var generator: (any Generator)?
    var scene: Report.Scene?
    var problem: String?
    let stated = try options.read()
    do {
      canonical = try Scenes.canonical(checkpoint, options: stated)
      scene = try canonical.flatMap { try Report.Scene($0) }
      if let canonical, scene == nil {
        try NetworkFamilies.check(canonical)
        if Generators.areOf(canonical) { generator = try Generators.load(canonical) }
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
      classes: size?.classes, scene: scene, layers: generator?.layers ?? [],
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
    if let scene = report.scene { show(scene) }
    for entry in report.tensors ?? [] {
      print("\(entry.name.padded(to: 48)) \(entry.type.padded(to: 6)) \(entry.shape)")
    }
  }

  private static func show(_ scene: Report.Scene) {
    let classes = scene.classes == 0 ? "none: it takes RGB pictures" : "\(scene.classes)"
    print(
      "\("classes".padded(to: 15))\(classes)\(scene.hasUnknownClass ? " and unknown" : "")"
        + (scene.usesInstances ? ", borders of instances" : ", no instances"))
    let style =
      scene.features > 0
      ? "\(scene.features) numbers an instance"
      : scene.codeWidth > 0 ? "a code of \(scene.codeWidth) numbers" : "none"
    print("\("style".padded(to: 15))\(style)")
    if let width = scene.width, let height = scene.height {
      print("\("size".padded(to: 15))\(width)×\(height)")
    } else {
      print("\("size".padded(to: 15))any multiple of \(scene.multiple)")
    }
    print(
      "\("parts".padded(to: 15))generator\(scene.hasEncoder ? ", encoder" : "")"
        + (scene.hasDiscriminator ? ", discriminator" : ""))
    print("\n\("layer".padded(to: 20))\("kind".padded(to: 13))channels")
    for layer in scene.layers {
      print(
        layer.name.padded(to: 20) + layer.kind.padded(to: 13)
          + "\(layer.inputChannels) → \(layer.outputChannels)")
    }
  }
}
