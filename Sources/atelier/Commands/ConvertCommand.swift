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
      the same bytes. Of pix2pixHD and SPADE the generator, and the encoder, the discriminator and \
      opt.txt beside it, become one file; what opt.txt does not say, --option does.

      Ports of StyleGAN1 do not store whether up-convolutions are fused, which decides the picture: \
      if the original says it, state it with --fused-scale.

      Examples:
        atelier convert ffhq.pkl --output Weights/ffhq.safetensors
        atelier convert checkpoints/label2city --output Weights/label2city.safetensors
        atelier convert latest_net_G.pth --option crop_size=512 --output Weights/coco.safetensors
        atelier convert Runs/cars/network.safetensors --half --without-discriminator -o cars.safetensors
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
  @OptionGroup var options: SceneOptionArguments
  @Flag(help: "Store numbers in 16 bits: half the size, three digits.") var half = false
  @Flag(help: "Leave out the discriminator.") var withoutDiscriminator = false
  @Flag(help: "Replace the file if it exists.") var force = false
  @Flag(help: "Print JSON on standard output.") var json = false

  struct Report: Encodable { let file, family, digest: String }

  func validate() throws { _ = try options.stated() }

  func run() throws {
    let target = try OutputPlace.file(output)
    guard force || !FileManager.default.fileExists(atPath: target.path) else {
      throw CommandError.invalidInput("\(target.path) exists; replace it with --force.")
    }
    let checkpoint = try Checkpoint(contentsOf: LoadedNetwork.locate(file))
    var network = try Scenes.canonical(checkpoint, options: options.read())
    if let fusedScale {
      try network.state(fusedScale: fusedScale)
    } else {
      LoadedNetwork.remark(on: network)
    }
    // Loading checks every parameter, so that no broken network is written.
    try NetworkFamilies.check(network)
    network.provenance["source"] =
      network.provenance["source"] ?? checkpoint.url.lastPathComponent
    network.provenance["source digest"] = try checkpoint.digest().description
    if withoutDiscriminator { network = try network.withoutDiscriminator() }
    try network.write(to: target, storage: half ? .float16 : .float32)
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
