import ArgumentParser
import Checkpoints
import Foundation
import Networks

/// `atelier convert`: any checkpoint to canonical safetensors.
struct ConvertCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "convert",
    abstract: "Write a checkpoint of any layout as canonical safetensors.",
    discussion: """
      The result loads faster, carries its configuration, and holds no code. The same input gives \
      the same bytes.

      Ports of StyleGAN1 do not store whether up-convolutions are fused, which decides the picture: \
      if the original says it, state it with --fused-scale.

      Example:
        atelier convert ffhq.pkl --output Weights/ffhq.safetensors
      """)

  @Argument(help: ArgumentHelp("A checkpoint.", valueName: "file")) var file: String
  @Option(
    name: [.customLong("output"), .customShort("o")],
    help: ArgumentHelp("The file to write.", valueName: "file.safetensors"))
  var output: String
  @Option(
    help: ArgumentHelp(
      "What a StyleGAN1 file leaves open: auto, true or false.", valueName: "word"))
  var fusedScale: FusedScale?
  @Flag(help: "Replace the file if it exists.") var force = false
  @Flag(help: "Print JSON on standard output.") var json = false

  struct Report: Encodable { let file, family, digest: String }

  func run() throws {
    let target = try OutputPlace.file(output)
    guard force || !FileManager.default.fileExists(atPath: target.path) else {
      throw CommandError.invalidInput("\(target.path) exists; replace it with --force.")
    }
    let checkpoint = try Checkpoint(contentsOf: LoadedNetwork.locate(file))
    // Loading checks every parameter, so that no broken network is written.
    var network: CanonicalNetwork
    if let perceptual = try LPIPSFamily.canonical(checkpoint) {
      network = perceptual
      _ = try LPIPS(network)
    } else {
      network = try Generators.canonical(checkpoint)
      if let fusedScale {
        try network.state(fusedScale: fusedScale)
      } else {
        LoadedNetwork.remark(on: network)
      }
      _ = try Generators.load(network)
      _ = try Generators.loadDiscriminator(network)
    }
    network.provenance["source"] =
      network.provenance["source"] ?? checkpoint.url.lastPathComponent
    network.provenance["source digest"] = try checkpoint.digest().description
    try network.write(to: target)
    let digest = try Checkpoint(contentsOf: target).digest()
    if json {
      return try Output.json(
        Report(file: target.path, family: network.family, digest: digest.description))
    }
    print("\(target.path): \(network.family), \(digest)")
  }
}

extension FusedScale: ExpressibleByArgument {
  /// The word as Python or people write it.
  public init?(argument: String) { self.init(rawValue: argument.lowercased()) }
}
