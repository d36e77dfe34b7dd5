import Foundation
import Tensors

/// The parameters that a network asks for while it is made without any: the way to draw a network
/// that is not trained yet.
final class ParameterDrafts: @unchecked Sendable {
  /// Whether the weight of the layer of this name is stored with spectral norm.
  let isSpectral: @Sendable (String) -> Bool
  private let lock = NSLock()
  private var noted: [String: Shape] = [:]

  init(isSpectral: @escaping @Sendable (String) -> Bool) { self.isSpectral = isSpectral }

  /// Notes a parameter.
  func note(_ name: String, _ shape: Shape) { lock.withLock { noted[name] = shape } }

  /// The parameters that were asked for, by name.
  var shapes: [String: Shape] { lock.withLock { noted } }

  /// Every parameter drawn from `seed`, in the order of the names.
  ///
  /// - Parameters:
  ///   - hasZeroBiases: Whether biases begin at 0 rather than uniformly within 1/√(inputs).
  ///   - deviation: The deviation of a weight from its shape `[out, in, …]`.
  func parameters(
    seed: UInt32, hasZeroBiases: Bool, deviation: (Shape) -> Double
  ) -> [String: Parameter] {
    let shapes = shapes
    var random = RandomState(seed: seed)
    var drawn: [String: Tensor] = [:]
    for (name, shape) in shapes.sorted(by: { $0.key < $1.key }) {
      let layer = name.split(separator: ".").dropLast().joined(separator: ".")
      let weight = shapes["\(layer).weight"] ?? shapes["\(layer).weight_orig"]
      if name.hasSuffix(".running_var") {
        drawn[name] = Tensor(repeating: 1, shape: shape)
      } else if name.hasSuffix(".running_mean") || (name.hasSuffix(".bias") && hasZeroBiases) {
        drawn[name] = Tensor(zeros: shape)
      } else if name.hasSuffix(".bias"), let weight, weight.rank > 1 {
        let bound = 1 / Double(max(weight.count / max(weight[0], 1), 1)).squareRoot()
        drawn[name] = Tensor(uninitialized: shape) { values in
          for i in values.indices { values[i] = Float(random.uniform(-bound, bound)) }
        }
      } else if name.hasSuffix(".bias") {
        drawn[name] = Tensor(zeros: shape)
      } else if name.hasSuffix(".weight_u") || name.hasSuffix(".weight_v") {
        drawn[name] = random.randn(shape)
      } else if shape.rank == 1 {
        // The weight of a norm stands around 1.
        drawn[name] = random.randn(shape) * 0.02 + Tensor(repeating: 1, shape: shape)
      } else {
        drawn[name] = random.randn(shape) * Float(deviation(shape))
      }
    }
    Self.settle(&drawn)
    return drawn.mapValues { tensor in Parameter(shape: tensor.shape) { tensor } }
  }

  /// Brings the vectors of spectral norms near the singular vectors, as torch does with 15 power
  /// iterations.
  private static func settle(_ drawn: inout [String: Tensor]) {
    for (name, weight) in drawn where name.hasSuffix(".weight_orig") {
      let layer = name.dropLast("_orig".count)
      guard let u = drawn["\(layer)_u"], let v = drawn["\(layer)_v"] else { continue }
      var norm = SpectralNorm(weight: weight, u: u, v: v)
      for _ in 0..<15 { norm.iterate() }
      drawn["\(layer)_u"] = norm.u
      drawn["\(layer)_v"] = norm.v
    }
  }
}

extension CanonicalNetwork {
  /// A network without parameters, and the shapes of those that its family asks for.
  static func draft<Configuration: Encodable>(
    _ family: any NetworkFamily.Type, _ configuration: Configuration
  ) throws -> (network: CanonicalNetwork, shapes: [String: Shape]) {
    let (network, drafts) = try asked(family, configuration, ParameterDrafts { _ in false })
    return (network, drafts.shapes)
  }

  /// A network whose parameters are drawn: `family` says, by asking for them, which there are.
  static func drawn<Configuration: Encodable>(
    _ family: any NetworkFamily.Type, _ configuration: Configuration, seed: UInt32,
    hasZeroBiases: Bool, isSpectral: @escaping @Sendable (String) -> Bool = { _ in false },
    deviation: (Shape) -> Double
  ) throws -> CanonicalNetwork {
    var (network, drafts) = try asked(
      family, configuration, ParameterDrafts(isSpectral: isSpectral))
    network.parameters = drafts.parameters(
      seed: seed, hasZeroBiases: hasZeroBiases, deviation: deviation)
    network.provenance = ["source": "random weights, seed \(seed)"]
    return network
  }

  /// A network without parameters, and the drafts that have noted what its family asked for.
  private static func asked<Configuration: Encodable>(
    _ family: any NetworkFamily.Type, _ configuration: Configuration, _ drafts: ParameterDrafts
  ) throws -> (network: CanonicalNetwork, drafts: ParameterDrafts) {
    var network = try CanonicalNetwork(
      family: family.name, configuration: configuration, parameters: [:],
      file: "a \(family.name) network with random weights")
    network.drafts = drafts
    try family.check(network)
    network.drafts = nil
    return (network, drafts)
  }
}
