import Networks
import Tensors

/// Pivotal tuning (Roich et al., arXiv 2106.05744): the latent stays, and the synthesis network moves
/// a little until it draws the target from it.
///
/// What comes out is the difference from the network's own weights, to be kept with the latent. A
/// value: ``steps``, ``parameters`` and ``moments`` are all that going on takes, to the same bytes.
public struct PivotalTuning: Sendable {
  /// The parameters that move, sorted: weights, biases and the constant of the synthesis.
  public let names: [String]
  /// The steps made.
  public var steps: Int { adam.steps }

  /// The picture of the last step; `nil` before the first.
  public private(set) var picture: Tensor?

  private let network: CanonicalNetwork
  private let original: [Tensor]
  private var values: [Tensor]
  private var adam: Adam
  private let ws: Tensor
  private let settings: SynthesisSettings
  private let side: Int?
  private let compare: PictureDistance.Comparison

  /// The start of a tuning.
  ///
  /// - Parameters:
  ///   - network: The network.
  ///   - target: The picture `[1, C, R, R]`, −1 to 1.
  ///   - ws: The pivot `[1, rows, wDim]`.
  ///   - settings: Noise and the rest.
  ///   - learningRate: Adam's; 3e-4 as in the paper.
  ///   - resolution: The side at which pictures are compared, a divisor of theirs; all pixels if
  ///     `nil`.
  ///   - distance: What is minimised.
  public init(
    _ network: CanonicalNetwork, target: Tensor, ws: Tensor,
    settings: SynthesisSettings = SynthesisSettings(), learningRate: Double = 3e-4,
    resolution: Int? = nil, distance: PictureDistance
  ) throws {
    names = WeightTuning.names(of: network)
    original = try names.compactMap { try network.parameters[$0]?.tensor() }
    values = original
    self.network = network
    adam = Adam(learningRate: learningRate)
    (self.ws, self.settings) = (ws, settings)
    side = resolution.map { min($0, target.shape[3]) }
    compare = distance.comparison(with: side.map { target.averaged(side: $0) } ?? target)
  }

  /// One step; gives the distance that it began with.
  public mutating func advance() throws -> Float {
    var drawn: Tensor?
    let (value, gradients) = try valueWithGradient(at: values) { values in
      let tuned = network.replacing(Dictionary(uniqueKeysWithValues: zip(names, values)))
      let generator = try Generators.load(tuned)
      let side = side ?? generator.size.resolution
      let picture = generator.synthesis(ws, settings, averagedTo: side)
      drawn = picture.detached
      return compare(picture)
    }
    picture = drawn
    adam.update(&values, along: gradients)
    return value.scalar
  }

  /// The tuned weights less the network's own, by name.
  public var difference: [String: Tensor] {
    Dictionary(uniqueKeysWithValues: zip(names, zip(values, original).map { $0 - $1 }))
  }

  /// The optimiser's moments by name; see ``Adam/moments``.
  public var moments: [(name: String, tensor: Tensor)] { adam.moments }

  /// The tuned weights themselves, by name.
  public var parameters: [String: Tensor] {
    Dictionary(uniqueKeysWithValues: zip(names, values))
  }

  /// Goes on from stored ``steps``, ``parameters`` and ``moments``.
  ///
  /// - Throws: `EditingError.unsupported` where a tensor is missing or has another shape.
  public mutating func restore(
    steps: Int, parameters: [String: Tensor], moment: (_ name: String) throws -> Tensor?
  ) throws {
    var values: [Tensor] = []
    for (name, own) in zip(names, original) {
      guard let stored = parameters[name], stored.shape == own.shape else {
        throw EditingError.unsupported(
          reason: "The stored tuning cannot be taken up: \(name) is missing or misshaped.")
      }
      values.append(stored)
    }
    guard try adam.restore(steps: steps, shapes: values.map(\.shape), moment: moment) else {
      throw EditingError.unsupported(
        reason: "The stored tuning cannot be taken up: the optimiser's moments are missing.")
    }
    self.values = values
  }
}

extension CanonicalNetwork {
  /// The network with a stored ``PivotalTuning/difference`` added to its weights.
  ///
  /// - Throws: `EditingError.unsupported` where the difference is of another network.
  public func adding(_ difference: [String: Tensor]) throws -> CanonicalNetwork {
    var tensors: [String: Tensor] = [:]
    for (name, change) in difference {
      guard let parameter = parameters[name], parameter.shape == change.shape else {
        throw EditingError.unsupported(
          reason: "The tuning is of another network: this one has no \(name) \(change.shape).")
      }
      tensors[name] = try parameter.tensor() + change
    }
    return replacing(tensors)
  }
}
