import Checkpoints

/// A family of networks of any kind. A new one is a folder with a type that conforms to
/// ``GeneratorFamily`` or ``SceneFamily`` (or to this alone), and one line in ``NetworkFamilies/all``.
public protocol NetworkFamily: Sendable {
  /// The name, such as `StyleGAN2`.
  static var name: String { get }

  /// What its networks do, to go on with "a … network": `paints label maps`.
  static var purpose: String { get }

  /// The network in a checkpoint of any layout of this family; `nil` if it is of another family.
  static func canonical(_ checkpoint: Checkpoint) throws -> CanonicalNetwork?

  /// Makes everything that a canonical network of this family holds, so that what is wrong with it
  /// is found.
  static func check(_ network: CanonicalNetwork) throws
}

/// The families that this Atelier knows.
public enum NetworkFamilies {
  /// Every family; a checkpoint is offered to them in this order.
  public static let all: [any NetworkFamily.Type] = [
    StyleGAN2Family.self,
    StyleGAN3Family.self,
    MobileStyleGANFamily.self,
    StyleGAN1Family.self,
    ProGANFamily.self,
    Pix2PixHDFamily.self,
    SPADEFamily.self,
    LPIPSFamily.self,
  ]

  /// The network in a checkpoint, in canonical form.
  public static func canonical(_ checkpoint: Checkpoint) throws -> CanonicalNetwork {
    if let network = CanonicalNetwork(canonical: checkpoint) { return network }
    for family in all {
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
  static func family(of network: CanonicalNetwork) throws -> any NetworkFamily.Type {
    guard let family = all.first(where: { $0.name == network.family }) else {
      throw NetworkError.unknownFamily(file: network.file, found: "a \(network.family) network")
    }
    return family
  }

  /// Makes everything that a canonical network holds, so that what is wrong with it is found.
  public static func check(_ network: CanonicalNetwork) throws {
    try family(of: network).check(network)
  }
}
