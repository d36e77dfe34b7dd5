import Checkpoints

/// A family of generators that start from a latent.
public protocol GeneratorFamily: NetworkFamily {
  /// The generator of a canonical network of this family.
  static func generator(_ network: CanonicalNetwork) throws -> any Generator

  /// The discriminator of a canonical network of this family, `nil` if it carries none.
  static func discriminator(_ network: CanonicalNetwork) throws -> (any Discriminator)?
}

extension GeneratorFamily {
  /// They start from a latent.
  public static var purpose: String { "starts from a latent" }

  /// Makes the generator and the discriminator.
  public static func check(_ network: CanonicalNetwork) throws {
    _ = try generator(network)
    _ = try discriminator(network)
  }
}

/// Loading of generators from checkpoints of any family and format.
public enum Generators {
  /// The network in a checkpoint, in canonical form.
  public static func canonical(_ checkpoint: Checkpoint) throws -> CanonicalNetwork {
    try NetworkFamilies.canonical(checkpoint)
  }

  /// The family of a canonical network.
  static func family(of network: CanonicalNetwork) throws -> any GeneratorFamily.Type {
    let family = try NetworkFamilies.family(of: network)
    guard let family = family as? any GeneratorFamily.Type else {
      throw NetworkError.otherKind(
        file: network.file, family: network.family, kind: family.purpose,
        expected: "a generator that starts from a latent",
        advice: family is any SceneFamily.Type
          ? "Work with it through 'atelier instances'." : "Name another network.")
    }
    return family
  }

  /// Whether a canonical network is of this kind.
  public static func areOf(_ network: CanonicalNetwork) -> Bool {
    (try? family(of: network)) != nil
  }

  /// The generator of a canonical network.
  public static func load(_ network: CanonicalNetwork) throws -> any Generator {
    try family(of: network).generator(network)
  }

  /// The generator in a checkpoint.
  public static func load(_ checkpoint: Checkpoint) throws -> any Generator {
    try load(canonical(checkpoint))
  }

  /// The discriminator of a canonical network, `nil` if it carries none.
  public static func loadDiscriminator(_ network: CanonicalNetwork) throws -> (any Discriminator)? {
    try family(of: network).discriminator(network)
  }
}
