import Checkpoints

/// The options of a family's networks.
protocol NetworkConfiguration: Codable, Sendable {
  /// Throws for sizes that no network has, whether a file states them or its tensors imply them:
  /// nothing may be allocated or indexed by them before.
  func check(file: String) throws(NetworkError)
}

/// A file's parameters under canonical names, as one of a family's layouts has them, with the
/// options that shapes cannot tell.
protocol NetworkLayout {
  associatedtype Configuration: NetworkConfiguration

  /// The parameters by canonical name.
  var parameters: [String: Parameter] { get }

  /// The whole configuration: sizes from the shapes, the rest from the options.
  func configuration(file: String) throws -> Configuration
}

extension GeneratorFamily {
  /// The network in a checkpoint of one of `layouts`, each of which turns a file's own names into
  /// canonical ones and says `nil` to files of another layout.
  static func canonical<Layout: NetworkLayout>(
    _ checkpoint: Checkpoint, layouts: [(Checkpoint) throws -> Layout?]
  ) throws -> CanonicalNetwork? {
    for layout in layouts {
      guard let layout = try layout(checkpoint) else { continue }
      let file = checkpoint.url.path
      let configuration = try layout.configuration(file: file)
      try configuration.check(file: file)
      return try CanonicalNetwork(
        family: name, configuration: configuration, parameters: layout.parameters, file: file)
    }
    return nil
  }
}

extension CanonicalNetwork {
  /// The configuration as a checked value of the family's type.
  func configuration<Configuration: NetworkConfiguration>(
    as type: Configuration.Type
  ) throws -> Configuration {
    let configuration = try decodeConfiguration(type)
    try configuration.check(file: file)
    return configuration
  }
}
