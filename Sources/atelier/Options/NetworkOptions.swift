import ArgumentParser

/// Which network to use.
struct NetworkOptions: ParsableArguments {
  @Option(
    name: [
      .customLong("network"), .customLong("network-pkl"), .customLong("net"),
      .customLong("net", withSingleDash: true), .customLong("model"), .customLong("ckpt"),
    ],
    help: ArgumentHelp(
      "A checkpoint file in any format, or the name of fetched weights.", valueName: "file-or-name")
  )
  var network: String?

  /// The network that was asked for; throws if none was.
  func load() throws -> LoadedNetwork {
    guard let network else {
      throw ValidationError(
        "Missing --network: a checkpoint file, or a name from 'atelier weights list'.")
    }
    return try LoadedNetwork(named: network)
  }
}
