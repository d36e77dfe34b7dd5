import ArgumentParser
import Networks

/// What does not learn.
struct FreezeOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Freeze parameters by the beginnings of their names: mapping,synthesis.b4.",
      valueName: "names"))
  var freeze: String?

  /// The beginnings of names that were given; throws if a network has none of that name.
  func names(in network: CanonicalNetwork) throws -> [String] {
    let names = (freeze ?? "").split(separator: ",").map(String.init)
    for name in names
    where !network.parameters.keys.contains(where: { $0 == name || $0.hasPrefix("\(name).") }) {
      throw CommandError.invalidInput(
        "--freeze \(name): the network has no parameters whose names begin so. See them with: "
          + "atelier inspect FILE --tensors")
    }
    return names
  }
}
