import Checkpoints
import Foundation

/// A family of networks. A new one is a folder with a type that conforms, and one line in
/// ``GeneratorFamilies/all``.
public protocol GeneratorFamily: Sendable {
  /// The name, such as `StyleGAN2`.
  static var name: String { get }

  /// The network in a checkpoint of any layout of this family; `nil` if it is of another family.
  static func canonical(_ checkpoint: Checkpoint) throws -> CanonicalNetwork?

  /// The generator of a canonical network of this family.
  static func generator(_ network: CanonicalNetwork) throws -> any Generator

  /// The discriminator of a canonical network of this family, `nil` if it carries none.
  static func discriminator(_ network: CanonicalNetwork) throws -> (any Discriminator)?
}

/// The families that this Atelier knows.
public enum GeneratorFamilies {
  /// Every family; a checkpoint is offered to them in this order.
  public static let all: [any GeneratorFamily.Type] = [
    StyleGAN2Family.self,
    StyleGAN3Family.self,
    MobileStyleGANFamily.self,
    StyleGAN1Family.self,
    ProGANFamily.self,
  ]
}

/// Loading of generators from checkpoints of any family and format.
public enum Generators {
  /// The network in a checkpoint, in canonical form.
  public static func canonical(_ checkpoint: Checkpoint) throws -> CanonicalNetwork {
    if let network = CanonicalNetwork(canonical: checkpoint) { return network }
    for family in GeneratorFamilies.all {
      if let network = try family.canonical(checkpoint) { return network }
    }
    let modules = checkpoint.modules.filter { !$0.name.contains(".") }
    let found =
      modules.isEmpty
      ? "\(checkpoint.names.count) tensors, first "
        + checkpoint.names.prefix(4).joined(separator: ", ")
      : modules.map { "\($0.name) (\($0.className))" }.joined(separator: ", ")
    throw NetworkError.unknownFamily(file: checkpoint.url.path, found: found)
  }

  /// The family of a canonical network.
  static func family(of network: CanonicalNetwork) throws -> any GeneratorFamily.Type {
    guard let family = GeneratorFamilies.all.first(where: { $0.name == network.family }) else {
      throw NetworkError.unknownFamily(file: network.file, found: "a \(network.family) network")
    }
    return family
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
