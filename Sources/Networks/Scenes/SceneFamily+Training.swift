extension Scenes {
  /// A network to begin training with: its options and parameters drawn as
  /// ``SceneFamily/random(_:seed:)`` does, with a discriminator, and the parameters of `earlier`, such
  /// as a coarser network's or an official one's, wherever name and shape are the same.
  ///
  /// - Parameters:
  ///   - family: `Pix2PixHD` or `SPADE`.
  ///   - options: The official options, such as `ngf`.
  ///   - seed: The seed of what is drawn.
  ///   - earlier: Where to begin; `nil` for a network that has learnt nothing.
  /// - Returns: The network, and how many of its tensors came from `earlier`. Throws
  ///   ``NetworkError`` for a family that is not of this kind and for options that make no network.
  public static func beginning(
    family: String, options: SceneOptions, seed: UInt32, earlier: CanonicalNetwork? = nil
  ) throws -> (network: CanonicalNetwork, taken: Int) {
    guard let kind = families.first(where: { $0.name == family }) else {
      throw NetworkError.unknownFamily(
        file: "the options",
        found: "'\(family)', not " + families.map { $0.name }.joined(separator: " or "))
    }
    var network = try kind.random(
      options.overridden(by: SceneOptions(["D": "True"])), seed: seed)
    var taken = 0
    for (name, parameter) in earlier?.parameters ?? [:]
    where network.parameters[name]?.shape == parameter.shape {
      network.parameters[name] = parameter
      taken += 1
    }
    return (network, taken)
  }
}
