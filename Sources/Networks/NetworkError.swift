/// What can be wrong with a network in a file: what, where, and what to do.
public enum NetworkError: Error, Equatable, Sendable, CustomStringConvertible {
  /// The file is a checkpoint, but of no family that this Atelier knows.
  case unknownFamily(file: String, found: String)
  /// Tensors are missing, have unexpected shapes, or nobody knows what they are.
  case mismatch(
    file: String, family: String, missing: [String], misshaped: [String], unused: [String])
  /// The network uses an option that Atelier does not support.
  case unsupportedOption(file: String, option: String, value: String, supported: String)
  /// A discriminator compares pictures in groups, and this many make no whole groups.
  case unsuitableBatch(count: Int, group: Int)
  /// The file holds a network, but of another kind than the one that is needed.
  case otherKind(file: String, family: String, kind: String, expected: String, advice: String)
  /// Maps, a picture or a style that a network which paints scenes cannot take.
  case unsuitableScene(reason: String)
  /// The configuration stored with the network cannot be read.
  case invalidConfiguration(file: String, reason: String)
  /// The family's layers cannot compute a part of a picture by itself.
  case noRegions(family: String)

  /// A report for people: one line, and one for each kind of problem.
  public var description: String {
    switch self {
    case .unknownFamily(let file, let found):
      "\(file): no network family that Atelier knows. It holds \(found). Known families: "
        + NetworkFamilies.all.map { $0.name }.joined(separator: ", ") + "."
    case .mismatch(let file, let family, let missing, let misshaped, let unused):
      (["\(file): this is not a complete \(family) network."]
        + Self.lines("missing", missing) + Self.lines("of unexpected shape", misshaped)
        + Self.lines("not known", unused)).joined(separator: "\n  ")
    case .unsupportedOption(let file, let option, let value, let supported):
      "\(file): \(option) = \(value) is not supported; supported: \(supported)."
    case .unsuitableBatch(let count, let group):
      "a batch of \(count) pictures makes no groups of \(group): the discriminator takes up to "
        + "\(group) pictures, or a multiple of \(group)."
    case .otherKind(let file, let family, let kind, let expected, let advice):
      "\(file): a \(family) network \(kind), and this needs \(expected). \(advice)"
    case .unsuitableScene(let reason): reason + "."
    case .invalidConfiguration(let file, let reason):
      "\(file): the stored configuration cannot be read: \(reason). Convert the original again."
    case .noRegions(let family):
      "\(family) cannot compute a part of a picture by itself: render the whole one."
    }
  }

  private static func lines(_ title: String, _ names: [String]) -> [String] {
    if names.isEmpty { return [] }
    let shown = names.prefix(12).joined(separator: ", ")
    let rest = names.count > 12 ? ", and \(names.count - 12) more" : ""
    return ["\(names.count) \(title): \(shown)\(rest)"]
  }
}
