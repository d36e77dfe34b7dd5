import ArgumentParser
import Checkpoints
import Foundation
import Networks

extension WeightsCommand {
  /// `atelier weights random`: a network of official size that is not trained.
  struct Random: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "random",
      abstract: "Write a network with random weights, for trying a session or for training.",
      discussion: """
        Weights are drawn as the official code initialises them; the same seed and options give the \
        same file. Options are those of the official scripts, and have their defaults where they \
        are not named. Pictures of such a network show no objects.

        Examples:
          atelier weights random --family Pix2PixHD --output city.safetensors
          atelier weights random --family Pix2PixHD --option netG=local --option ngf=32 -o hd.safetensors
          atelier weights random --family SPADE --option use_vae=True --seed 3 -o coco.safetensors
        """)

    @Option(help: ArgumentHelp("Pix2PixHD or SPADE.", valueName: "family")) var family: String
    @Option(
      name: [.customLong("output"), .customShort("o")],
      help: ArgumentHelp("The file to write.", valueName: "file.safetensors"))
    var output: String
    @Option(help: "The seed.") var seed: UInt32 = 0
    @OptionGroup var options: SceneOptionArguments
    @Flag(help: "Replace the file if it exists.") var force = false
    @Flag(help: "Print JSON on standard output.") var json = false

    func validate() throws {
      guard Scenes.families.contains(where: { $0.name.lowercased() == family.lowercased() }) else {
        throw ValidationError(
          "There is no family '\(family)' here. Known: "
            + "\(Scenes.families.map { $0.name }.joined(separator: ", ")).")
      }
      _ = try options.stated()
    }

    func run() throws {
      let target = try OutputPlace.file(output)
      guard force || !FileManager.default.fileExists(atPath: target.path) else {
        throw CommandError.invalidInput("\(target.path) exists; replace it with --force.")
      }
      guard
        let found = Scenes.families.first(where: { $0.name.lowercased() == family.lowercased() })
      else { return }
      let network = try found.random(try options.read(), seed: seed)
      try network.write(to: target)
      let digest = try Checkpoint(contentsOf: target).digest()
      let count = network.parameters.values.reduce(0) { $0 + $1.shape.count }
      if json {
        return try Output.json(
          ConvertCommand.Report(
            file: target.path, family: network.family, digest: digest.description))
      }
      print("\(target.path): \(network.family), \(count) random weights, \(digest)")
    }
  }
}
