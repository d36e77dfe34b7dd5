import ArgumentParser
import Editing
import Foundation
import Imaging
import Projects
import Tensors

extension InstancesCommand {
  /// `atelier instances name`: keeps the style of an instance.
  struct Name: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "name", abstract: "Keep the style of an instance under a name.",
      discussion: """
        Examples:
          atelier instances name street.atelier aachen 26004 "red matte" --tag car --tag red
          atelier instances name street.atelier aachen 26004 "red matte" --photo photo.png
        """)

    @OptionGroup var artwork: ArtworkArguments
    @Argument(help: ArgumentHelp("The instance.", valueName: "id")) var instance: Int32
    @Argument(help: ArgumentHelp("The style's name.", valueName: "name")) var name: String
    @Option(help: ArgumentHelp("A tag; repeat it for more.", valueName: "tag")) var tag: [String] =
      []
    @Option(help: "A remark.") var note = ""
    @Option(
      help: ArgumentHelp("The photograph, for a thumbnail of the instance.", valueName: "file.png"))
    var photo: String?
    @Flag(help: "Replace a style of the same name.") var replace = false
    @OptionGroup var network: NetworkOptions

    func run() throws {
      let project = try artwork.open()
      let session = try SceneSession(project, artwork.artwork, given: network.network)
      try session.requireFeatures()
      let plan = try session.plan()
      guard let row = try session.renderer().table(plan)[instance] else {
        throw EditingError.invalidMapEdit(reason: "the maps have no instance \(instance)")
      }
      let encoded = session.recipe.edits.last { $0.isEnabled && $0.operation is EncodeOperation }
      let record = try project.keepStyle(
        Tensor(row.vector, shape: [row.vector.count]), named: name, label: row.label,
        network: session.network.digest,
        source: (encoded?.operation as? EncodeOperation)?.photo,
        thumbnail: try photo.map { try thumbnail($0, session) }, tags: tag, note: note,
        replace: replace)
      if artwork.json {
        return try Output.json(
          List.Kept(
            name: record.name, kind: "style", shape: "\(record.shape)",
            tensor: record.tensor.description, label: record.label, tags: record.tags,
            source: record.source?.description, note: record.note))
      }
      print("\(record.name): style of instance \(instance), class \(record.label)")
    }

    /// The instance in the photograph, at most 128 pixels wide and high.
    private func thumbnail(_ path: String, _ session: SceneSession) throws -> Data {
      let objects = try session.objects()
      guard let bounds = objects.bounds(of: instance) else {
        throw CommandError.invalidInput(
          "instance \(instance) is not in the imported maps, so the photograph does not show it.")
      }
      let image = try Image(contentsOf: URL(fileURLWithPath: path))
        .resized(width: objects.width, height: objects.height, filter: .bicubic)
        .cropped(x: bounds.x, y: bounds.y, width: bounds.width, height: bounds.height)
      let scale = min(1, 128 / Double(max(bounds.width, bounds.height)))
      return try image.resized(
        width: max(1, Int(Double(bounds.width) * scale)),
        height: max(1, Int(Double(bounds.height) * scale)), filter: .lanczos
      ).pngData()
    }
  }

  /// `atelier instances set`: gives an instance a style.
  struct Set: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "set", abstract: "Give an instance a style.",
      discussion: """
        Examples:
          atelier instances set street.atelier aachen 26007 --style "red matte"
          atelier instances set street.atelier aachen 26007 --style city:2
          atelier instances set street.atelier aachen 26007 --style instance:26004
        """)

    @OptionGroup var artwork: ArtworkArguments
    @Argument(help: ArgumentHelp("The instance.", valueName: "id")) var instance: Int32
    @Option(
      help: ArgumentHelp(
        "A kept style, clusters:index, instance:id, or seed:number.", valueName: "style"))
    var style: String
    @OptionGroup var network: NetworkOptions

    func run() throws {
      let project = try artwork.open()
      let session = try SceneSession(project, artwork.artwork, given: network.network)
      try session.requireFeatures()
      let source = try StyleReader(project: project).source(style)
      try session.append(
        StyleInstanceOperation(instance, source: source), json: artwork.json)
    }
  }

  /// `atelier instances blend`: mixes two styles.
  struct Blend: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "blend",
      abstract: "Blend the style of an instance, or the code of a picture, with another.",
      discussion: """
        --t 0 is the style that the instance has (or --from), --t 1 the other.

        Examples:
          atelier instances blend street.atelier aachen 26008 --with "red matte" --t 0.5
          atelier instances blend beach.atelier beach --with dusk --t 0.3
        """)

    @OptionGroup var artwork: ArtworkArguments
    @Argument(help: ArgumentHelp("The instance; none for a picture's code.", valueName: "id"))
    var instance: Int32?
    @Option(
      help: ArgumentHelp("The other style; for a code a seed or a latent.", valueName: "style"))
    var with: String
    @Option(
      help: ArgumentHelp("The style at 0; the instance's own by default.", valueName: "style"))
    var from: String?
    @Option(name: .customLong("t"), parsing: .unconditional, help: "How far, 0 to 1.")
    var t: Float = 0.5
    @OptionGroup var network: NetworkOptions

    func validate() throws { try Usage.checkFinite(t, "--t") }

    func run() throws {
      let project = try artwork.open()
      let session = try SceneSession(project, artwork.artwork, given: network.network)
      let reader = StyleReader(project: project)
      if let instance {
        try session.requireFeatures()
        let source = StyleSource.blend(
          try from.map { try reader.source($0) } ?? .instance(instance), try reader.source(with),
          t: t)
        return try session.append(
          StyleInstanceOperation(instance, source: source), json: artwork.json)
      }
      guard session.size.codeWidth > 0 else {
        throw CommandError.invalidInput("name the instance whose style is blended.")
      }
      let start = try from.map { try code($0, project) } ?? session.recipe.base
      let end = try code(with, project), way = t
      try session.apply("blend the code with \(with), \(t)", json: artwork.json) {
        $0.base = LatentSource(.between(start, end, t: way, .lerp))
      }
    }

    /// The code of a seed, of an encoding's mean, or of a kept latent in Z.
    private func code(_ text: String, _ project: Project) throws -> LatentSource {
      if let seed = UInt32(text) { return .seed(seed) }
      if let encoding = try project.styleTables(.encoding).first(where: { $0.name == text }) {
        let table = try project.tensor(encoding.tensor)
        let mean = table.row(0)
        return LatentSource(.latent(try project.store(mean), .z))
      }
      return LatentSource(.latent(try project.latent(named: text).tensor, .z))
    }
  }

  /// `atelier instances sample`: draws styles.
  struct Sample: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "sample",
      abstract: "Draw the style of an instance, of all, or a picture's code.",
      discussion: """
        Draws are NumPy's: of all instances as pix2pixHD's sample_features draws them, ids ascending.

        Examples:
          atelier instances sample street.atelier aachen --seed 5 --clusters city
          atelier instances sample street.atelier aachen 26007 --seed 5 --clusters city
          atelier instances sample beach.atelier beach --seed 11
        """)

    @OptionGroup var artwork: ArtworkArguments
    @Argument(help: ArgumentHelp("The instance; all without one.", valueName: "id"))
    var instance: Int32?
    @Option(help: "The seed.") var seed: UInt32
    @Option(help: ArgumentHelp("Kept clusters to draw from.", valueName: "name")) var clusters:
      String?
    @OptionGroup var network: NetworkOptions

    func run() throws {
      let project = try artwork.open()
      let session = try SceneSession(project, artwork.artwork, given: network.network)
      let table = try clusters.map { try StyleReader(project: project).clusters($0) }
      if let instance {
        try session.requireFeatures()
        return try session.append(
          StyleInstanceOperation(instance, source: .draw(seed: seed, clusters: table)),
          json: artwork.json)
      }
      if session.size.codeWidth > 0 {
        let drawn = seed
        return try session.apply("code of seed \(seed)", json: artwork.json) {
          $0.base = .seed(drawn)
        }
      }
      try session.requireFeatures()
      guard let table else {
        throw CommandError.invalidInput(
          "drawing all styles needs --clusters; make some with 'atelier instances cluster'.")
      }
      try session.append(SampleStylesOperation(clusters: table, seed: seed), json: artwork.json)
    }
  }

  /// `atelier instances transfer`: the styles of another picture.
  struct Transfer: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "transfer",
      abstract: "Take over the styles of another picture, by class and area.",
      discussion: """
        The largest instance of a class gets the style of the other picture's largest of that class, \
        the second that of the second, and so on round; classes that it lacks stay as they are.

        Example:
          atelier instances transfer street.atelier aachen --from dusk
        """)

    @OptionGroup var artwork: ArtworkArguments
    @Option(help: ArgumentHelp("The other picture's encoding.", valueName: "name")) var from: String
    @OptionGroup var network: NetworkOptions

    func run() throws {
      let project = try artwork.open()
      let session = try SceneSession(project, artwork.artwork, given: network.network)
      try session.requireFeatures()
      let table = try project.styleTable(.encoding, named: from)
      try session.append(TransferStylesOperation(table: table.tensor), json: artwork.json)
    }
  }
}
