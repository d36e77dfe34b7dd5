import ArgumentParser

/// The sizes of a generator that starts from latents and is trained anew.
struct LatentSizeOptions: ParsableArguments {
  @Option(help: ArgumentHelp("The side of the pictures: a power of two.", valueName: "px"))
  var resolution = 64
  @Option(
    name: [.customLong("channels-base"), .customLong("cbase")],
    help: ArgumentHelp("The channels at a resolution are this over it …", valueName: "n"))
  var channelsBase = 16384
  @Option(
    name: [.customLong("channels-max"), .customLong("channel-max"), .customLong("cmax")],
    help: ArgumentHelp("… but no more than this.", valueName: "n"))
  var channelsMax = 512
  @Option(help: ArgumentHelp("The width of z and w.", valueName: "n")) var latent = 512

  func validate() throws {
    let inRange: [(String, Int, ClosedRange<Int>)] = [
      ("--resolution", resolution, 8...2048), ("--channels-base", channelsBase, 1...1_048_576),
      ("--channels-max", channelsMax, 1...4096), ("--latent", latent, 1...4096),
    ]
    for (name, value, range) in inRange where !range.contains(value) {
      throw ValidationError(
        "\(name) \(value) is not between \(range.lowerBound) and \(range.upperBound).")
    }
    guard resolution.nonzeroBitCount == 1, channelsBase >= resolution else {
      throw ValidationError(
        "--resolution \(resolution) is not a power of two that --channels-base leaves channels for."
      )
    }
  }
}
