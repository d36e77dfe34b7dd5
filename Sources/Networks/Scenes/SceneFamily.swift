import Checkpoints
import Foundation
import Tensors

/// A family of networks that paint label maps: generator, encoder and discriminator.
public protocol SceneFamily: NetworkFamily {
  /// The network in an official checkpoint, `nil` if it is of another family; `options` override what
  /// lies beside it.
  static func canonical(
    _ checkpoint: Checkpoint, options: SceneOptions
  ) throws -> CanonicalNetwork?

  /// A network that is not trained yet: its configuration from `options`, with the official defaults,
  /// and its parameters drawn from `seed` as the official code initialises them.
  static func random(_ options: SceneOptions, seed: UInt32) throws -> CanonicalNetwork

  /// The generator of a canonical network of this family.
  static func generator(_ network: CanonicalNetwork) throws -> any SceneGenerator

  /// The encoder of photographs, `nil` if the network carries none.
  static func encoder(_ network: CanonicalNetwork) throws -> (any SceneEncoder)?

  /// The discriminator, `nil` if the network carries none.
  static func discriminator(_ network: CanonicalNetwork) throws -> (any SceneDiscriminator)?
}

extension SceneFamily {
  /// They paint label maps.
  public static var purpose: String { "paints label maps" }

  /// Makes the generator, the encoder and the discriminator.
  public static func check(_ network: CanonicalNetwork) throws {
    _ = try generator(network)
    _ = try encoder(network)
    _ = try discriminator(network)
  }
}

/// Loading of networks that paint label maps.
public enum Scenes {
  /// The families of this kind.
  public static var families: [any SceneFamily.Type] {
    NetworkFamilies.all.compactMap { $0 as? any SceneFamily.Type }
  }

  /// The network in a checkpoint, in canonical form; `options` override what lies beside an official
  /// one.
  public static func canonical(
    _ checkpoint: Checkpoint, options: SceneOptions
  ) throws -> CanonicalNetwork {
    if CanonicalNetwork(canonical: checkpoint) == nil {
      for family in families {
        if let network = try family.canonical(checkpoint, options: options) { return network }
      }
    }
    return try NetworkFamilies.canonical(checkpoint)
  }

  /// The generator's file in a folder that the official scripts made (`latest_net_G.pth`, or the last
  /// epoch's), `nil` if there is none.
  public static func generatorFile(in folder: URL) -> URL? {
    SceneParts.generatorFile(in: folder)
  }

  /// The digest that recipes name a network by: that of its file, or of an official generator's file
  /// with all that lies beside it.
  public static func digest(
    of checkpoint: Checkpoint, _ network: CanonicalNetwork
  ) throws -> Digest {
    if CanonicalNetwork(canonical: checkpoint) != nil { return try checkpoint.digest() }
    let parts = try SceneParts(checkpoint)
    let digests = try [parts.generator, parts.encoder, parts.discriminator].map {
      try $0?.digest().description ?? "none"
    }
    let text = ([network.family, network.configuration] + digests).joined(separator: "\n")
    return Digest(of: Data(text.utf8))
  }

  static func family(of network: CanonicalNetwork) throws -> any SceneFamily.Type {
    let family = try NetworkFamilies.family(of: network)
    guard let family = family as? any SceneFamily.Type else {
      throw NetworkError.otherKind(
        file: network.file, family: network.family, kind: family.purpose,
        expected: "a network that paints label maps", advice: "Use a pix2pixHD or SPADE network.")
    }
    return family
  }

  /// The generator of a canonical network.
  public static func load(_ network: CanonicalNetwork) throws -> any SceneGenerator {
    try family(of: network).generator(network)
  }

  /// The encoder of a canonical network, `nil` if it carries none.
  public static func loadEncoder(_ network: CanonicalNetwork) throws -> (any SceneEncoder)? {
    try family(of: network).encoder(network)
  }

  /// The discriminator of a canonical network, `nil` if it carries none.
  public static func loadDiscriminator(
    _ network: CanonicalNetwork
  ) throws -> (any SceneDiscriminator)? {
    try family(of: network).discriminator(network)
  }
}
