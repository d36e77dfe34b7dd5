import Networks

/// What `--freeze` names.
enum FrozenParameters {
  /// The beginnings of names in a list with commas; throws if a network has none of that name.
  static func names(_ list: String?, in network: CanonicalNetwork) throws -> [String] {
    let names = (list ?? "").split(separator: ",").map(String.init)
    for name in names
    where !network.parameters.keys.contains(where: { $0 == name || $0.hasPrefix("\(name).") }) {
      throw CommandError.invalidInput(
        "--freeze \(name): the network has no parameters whose names begin so. See them with: "
          + "atelier inspect FILE --tensors")
    }
    return names
  }
}
