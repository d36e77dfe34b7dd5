import Foundation
import Networks
import Tensors

/// The difference of a network's tuned weights from its own as one stored tensor, and the networks
/// that it makes.
public enum WeightTuning {
  /// The parameters that are tuned, sorted: weights, biases and the constant of the synthesis.
  public static func names(of network: CanonicalNetwork) -> [String] {
    let ends = [".weight", ".bias", ".const", ".weight_dw", ".input"]
    return network.parameters.keys.filter { name in
      name.hasPrefix("synthesis.") && ends.contains { name.hasSuffix($0) }
    }.sorted()
  }

  /// A difference by name, end to end in the order of ``names(of:)``: `[count]`.
  ///
  /// Its numbers are rounded to 8 significant bits, a share of 1/512 of changes that are small
  /// themselves: half of every number is 0, and a picture that carries them takes half the space.
  public static func joined(
    _ difference: [String: Tensor], of network: CanonicalNetwork
  ) -> Tensor {
    let parts = names(of: network).compactMap { difference[$0] }
    return Tensor(
      parts.flatMap { $0.scalars.map(rounded) }, shape: [parts.reduce(0) { $0 + $1.count }])
  }

  /// The nearest number of 8 significant bits.
  private static func rounded(_ value: Float) -> Float {
    guard value.isFinite else { return 0 }
    return Float(
      bitPattern: (value.bitPattern + 0x7FFF + (value.bitPattern >> 16 & 1)) & 0xFFFF_0000)
  }

  /// A stored difference by name.
  ///
  /// - Throws: `EditingError.unsupported` where it is of another network.
  public static func split(
    _ joined: Tensor, of network: CanonicalNetwork
  ) throws(EditingError) -> [String: Tensor] {
    let shapes = names(of: network).compactMap { name in
      network.parameters[name].map { (name: name, shape: $0.shape) }
    }
    let count = shapes.reduce(0) { $0 + $1.shape.count }
    guard joined.count == count else {
      throw .unsupported(
        reason:
          "the tuning is of another network: it changes \(joined.count) weights, and this one "
          + "has \(count).")
    }
    let flat = joined.reshaped([count])
    var start = 0
    var parts: [String: Tensor] = [:]
    for (name, shape) in shapes {
      parts[name] = flat.rows(start..<start + shape.count).reshaped(shape)
      start += shape.count
    }
    return parts
  }
}

/// A network's generators with tuned weights, the last few kept.
public final class TunedGenerators: @unchecked Sendable {
  private let network: CanonicalNetwork
  private let lock = NSLock()
  private var kept: [(tuning: Digest, generator: any Generator)] = []

  /// The tuned generators of a network.
  public init(_ network: CanonicalNetwork) { self.network = network }

  /// The generator with a tuning's difference added to its weights.
  ///
  /// - Parameters:
  ///   - tuning: The digest of the difference.
  ///   - content: Where it is found.
  /// - Throws: `EditingError.unsupported` where it is of another network, and what `content` throws.
  public func generator(
    _ tuning: Digest, _ content: any ContentSource
  ) throws -> any Generator {
    if let known = lock.withLock({ kept.first { $0.tuning == tuning }?.generator }) { return known }
    let difference = try WeightTuning.split(content.tensor(tuning), of: network)
    let generator = try Generators.load(network.adding(difference))
    lock.withLock {
      kept.append((tuning, generator))
      if kept.count > 4 { kept.removeFirst() }
    }
    return generator
  }
}
