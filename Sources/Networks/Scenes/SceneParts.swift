import Checkpoints
import Foundation
import Tensors

/// The files of one network as the official scripts save it: `latest_net_G.pth` with, beside it,
/// `latest_net_E.pth`, `latest_net_D.pth` and `opt.txt`.
struct SceneParts {
  /// The file that was opened.
  let generator: Checkpoint
  /// The encoder beside it.
  let encoder: Checkpoint?
  /// The discriminator beside it.
  let discriminator: Checkpoint?
  /// What `opt.txt` says.
  let options: SceneOptions

  /// The parts that belong to a generator's file.
  init(_ checkpoint: Checkpoint) throws {
    generator = checkpoint
    encoder = try Self.sibling("E", of: checkpoint.url)
    discriminator = try Self.sibling("D", of: checkpoint.url)
    options = try SceneOptions.beside(checkpoint.url)
  }

  private static func sibling(_ letter: String, of url: URL) throws -> Checkpoint? {
    let name = url.lastPathComponent
    guard let place = name.range(of: "_net_G") else { return nil }
    let other = url.deletingLastPathComponent().appendingPathComponent(
      name.replacingCharacters(in: place, with: "_net_\(letter)"))
    guard FileManager.default.fileExists(atPath: other.path) else { return nil }
    return try Checkpoint(contentsOf: other)
  }

  /// The generator's file in a folder that the official scripts made: the latest, or the last epoch.
  static func generatorFile(in folder: URL) -> URL? {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
    let files = names.filter { name in
      name.contains("_net_G.")
        && ["pth", "pt", "safetensors"].contains { name.hasSuffix("." + $0) }
    }
    func rank(_ name: String) -> (Int, Int, String) {
      let epoch = String(name.prefix { $0 != "_" })
      return (
        epoch == "latest" ? 0 : 1, -(Int(epoch) ?? 0), name.hasSuffix(".pth") ? "" : name
      )
    }
    return files.min { rank($0) < rank($1) }.map { folder.appendingPathComponent($0) }
  }

  /// All tensors under canonical names, those of encoder and discriminator with their prefixes.
  func parameters() -> [String: Parameter] {
    var parameters: [String: Parameter] = [:]
    func add(_ checkpoint: Checkpoint?, _ prefix: String) {
      for (name, stored) in checkpoint?.tensors ?? [:] {
        // A network saved from inside torch's DataParallel.
        let plain = name.hasPrefix("module.") ? String(name.dropFirst(7)) : name
        parameters[prefix + plain] = Parameter(stored)
      }
    }
    add(generator, "")
    add(encoder, Self.encoderPrefix)
    add(discriminator, Self.discriminatorPrefix)
    return parameters
  }

  /// The tensors of one file under names that begin with `prefix`.
  static func prefixed(_ checkpoint: Checkpoint, _ prefix: String) -> [String: Parameter] {
    Dictionary(
      checkpoint.tensors.map { (prefix + $0.key, Parameter($0.value)) },
      uniquingKeysWith: { a, _ in a })
  }

  /// Tensors under names that begin with `prefix`.
  static func prefixed(_ tensors: [String: Tensor], _ prefix: String) -> [String: Tensor] {
    Dictionary(tensors.map { (prefix + $0.key, $0.value) }) { first, _ in first }
  }

  /// What the names of an encoder's parameters begin with.
  static let encoderPrefix = "encoder."
  /// What the names of a discriminator's parameters begin with.
  static let discriminatorPrefix = "discriminator."
}

extension Checkpoint {
  /// Whether the file has a tensor of this name, bare or saved from torch's DataParallel.
  func hasPlain(_ name: String) -> Bool {
    tensors[name] != nil || tensors["module." + name] != nil
  }
}
