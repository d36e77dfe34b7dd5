import ArgumentParser
import Editing
import Foundation
import Imaging
import Networks
import Projects
import Tensors

extension InstancesCommand {
  /// `atelier instances encode`: the styles of a photograph.
  struct Encode: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "encode", abstract: "Find the styles of a photograph of the scene.",
      discussion: """
        The photograph belongs to the maps as they were imported and is brought to their size (bicubic \
        as Pillow). pix2pixHD finds a vector for every instance, SPADE a code for the whole picture: \
        its mean, or with --seed a draw around it. What was found is kept under --name.

        Examples:
          atelier instances encode street.atelier aachen --photo photo.png --name noon
          atelier instances encode beach.atelier beach --photo photo.png --name dusk --seed 3
        """)

    @OptionGroup var artwork: ArtworkArguments
    @Option(help: ArgumentHelp("The photograph.", valueName: "file.png")) var photo: String
    @Option(help: ArgumentHelp("The encoding's name; the file's by default.", valueName: "name"))
    var name: String?
    @Option(help: "SPADE: draw the code with this seed instead of taking the mean.")
    var seed: UInt32?
    @Flag(help: "Keep the encoding without changing the picture.") var keepOnly = false
    @Flag(help: "Replace an encoding of the same name.") var replace = false
    @OptionGroup var network: NetworkOptions

    func run() throws {
      let project = try artwork.open()
      let session = try SceneSession(project, artwork.artwork, given: network.network)
      let url = URL(fileURLWithPath: photo)
      let title = name ?? url.deletingPathExtension().lastPathComponent
      try NameKind.encoding.check(title)
      if !replace, try project.styleTables(.encoding).contains(where: { $0.name == title }) {
        throw ProjectError.nameTaken(kind: .encoding, name: title)
      }
      let image = try Image(contentsOf: url)
      let picture = try Self.tensor(image, for: session)
      let encoded = try session.network.encoder().encode(picture)
      let table: Tensor
      switch encoded {
      case .features(let features):
        if seed != nil {
          throw CommandError.invalidInput("--seed draws SPADE's codes; this network has none.")
        }
        table = InstanceStyles(features: features, instances: try session.objects()).tensor
      case .distribution(let mean, let logVariance):
        table = Tensor.concatenated([mean, logVariance])
      }
      let digest = Digest(of: table), source = image.pixelDigest
      let record = try project.keepStyleTable(
        table, as: .encoding, named: title, network: session.network.digest, source: source,
        note: url.lastPathComponent, replace: replace)
      if keepOnly { return print("\(record.name): \(table.shape)") }
      switch encoded {
      case .features:
        try session.append(EncodeOperation(table: digest, photo: source), json: artwork.json)
      case .distribution(let mean, let logVariance):
        var random = seed.map { RandomState(seed: $0) }
        let noise = random?.randn(mean.shape) ?? Tensor(zeros: mean.shape)
        let code = SceneStyle.sampledCode(mean: mean, logVariance: logVariance, noise: noise)
          .reshaped([mean.count])
        try session.apply(
          "code of \(title)\(seed.map { ", seed \($0)" } ?? "")",
          attachments: [Digest(of: code): code], json: artwork.json
        ) { $0.base = LatentSource(.latent(Digest(of: code), .z)) }
      }
    }

    /// A photograph as the network's encoder takes it.
    private static func tensor(_ image: Image, for session: SceneSession) throws -> Tensor {
      guard image.channels >= 3 else {
        throw CommandError.invalidInput("the photograph is grey; styles are found in RGB pictures.")
      }
      let maps = try session.originalMaps()
      let tensor = image.resized(width: maps.width, height: maps.height, filter: .bicubic).tensor()
      return tensor.shape[1] == 3 ? tensor : tensor.channels(0..<3)
    }
  }
}

extension SceneSession {
  /// The instances of the imported maps, or the classes where styles belong to those.
  func objects() throws -> IntegerMap {
    let maps = try originalMaps()
    return size.featuresFollowLabels ? maps.labels.map : maps.objects
  }
}
