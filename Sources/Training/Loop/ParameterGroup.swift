import Foundation
import Tensors

/// The parameters that one optimiser trains, by canonical name, and their moving average if they have
/// one. Parameters that are frozen are in no group.
public struct ParameterGroup: Sendable {
  /// What the group is called in checkpoints, such as `generator`.
  public let name: String
  /// The parameters' canonical names, sorted.
  public let names: [String]
  /// The parameters, in the order of ``names``.
  public private(set) var values: [Tensor]
  /// What moves them.
  public var optimizer: Adam
  /// Their moving average, in the order of ``names``.
  public private(set) var average: MovingAverage?

  /// A group before its first step.
  ///
  /// - Parameters:
  ///   - name: What it is called.
  ///   - parameters: The parameters by canonical name.
  ///   - optimizer: What moves them.
  ///   - isAveraged: Whether a moving average follows them.
  public init(
    _ name: String, _ parameters: [String: Tensor], optimizer: Adam, isAveraged: Bool = false
  ) {
    self.name = name
    names = parameters.keys.sorted()
    values = names.compactMap { parameters[$0]?.detached }
    self.optimizer = optimizer
    average = isAveraged ? MovingAverage(values) : nil
  }

  /// The parameters as the starts of a tape, in the order of ``names``.
  ///
  /// A network made of them prepares its weights once, and all of its results share that part of the
  /// tape. A sweep uses it up, so losses of several passes are summed and swept once.
  public func tracked() -> [Tensor] { values.map { $0.tracked() } }

  /// The parameters by name.
  public var tensors: [String: Tensor] { named(values) }

  /// The moving averages by name, or the parameters themselves where there are none.
  public var averages: [String: Tensor] { named(average?.averages ?? values) }

  /// Tensors in the order of ``names`` by name, for `CanonicalNetwork.replacing`.
  public func named(_ tensors: [Tensor]) -> [String: Tensor] {
    Dictionary(uniqueKeysWithValues: zip(names, tensors))
  }

  /// One step of the optimiser. As in the official training code, what is not a number in a gradient
  /// counts as 0 and what is infinite as ±100,000.
  ///
  /// - Parameters:
  ///   - gradients: One a parameter, in the order of ``names``.
  ///   - gain: A factor on all of them, such as the interval of a lazy regulariser.
  public mutating func update(along gradients: [Tensor], gain: Float = 1) {
    optimizer.update(&values, along: gradients.map { Self.finite($0.detached, gain: gain) })
  }

  /// Moves the averages towards the parameters, keeping a share `beta` of the distance.
  public mutating func moveAverage(beta: Float) { average?.update(towards: values, beta: beta) }

  private static func finite(_ gradient: Tensor, gain: Float) -> Tensor {
    var scaled = gain == 1 ? gradient : gradient * gain
    if !scaled.isFinite {
      scaled.withUnsafeMutableBuffer { values in
        for i in values.indices where !values[i].isFinite {
          values[i] = values[i].isNaN ? 0 : values[i] > 0 ? 1e5 : -1e5
        }
      }
    }
    return scaled
  }

  /// All that changes in training, by name: `value.NAME`, `average.NAME`, `first.NAME`, `second.NAME`.
  var state: [(name: String, tensor: Tensor)] {
    var state = zip(names, values).map { (name: "value.\($0)", tensor: $1) }
    if let average {
      state += zip(names, average.averages).map { (name: "average.\($0)", tensor: $1) }
    }
    let places = Dictionary(uniqueKeysWithValues: names.indices.map { ("\($0)", names[$0]) })
    state += optimizer.moments.map { name, tensor in
      let parts = name.split(separator: ".", maxSplits: 1).map(String.init)
      return (name: "\(parts[0]).\(places[parts[1]] ?? parts[1])", tensor: tensor)
    }
    return state
  }

  /// Goes on from a stored ``state`` after `steps` steps; throws ``TrainingError/unfitState(file:reason:)``
  /// if a tensor is missing or has another shape.
  mutating func restore(
    steps: Int, file: String, _ tensor: (_ name: String) throws -> Tensor?
  ) throws {
    func take(_ kind: String, _ index: Int) throws -> Tensor {
      let name = "\(kind).\(names[index])"
      guard let found = try tensor(name), found.shape == values[index].shape else {
        throw TrainingError.unfitState(
          file: file, reason: "'\(self.name).\(name)' is missing or has another shape")
      }
      return found
    }
    let restored = try names.indices.map { try take("value", $0) }
    if average != nil {
      average = MovingAverage(try names.indices.map { try take("average", $0) })
    }
    let shapes = values.map(\.shape)
    let isWhole = try optimizer.restore(steps: steps, shapes: shapes) { name in
      let parts = name.split(separator: ".", maxSplits: 1).map(String.init)
      guard let index = Int(parts[1]) else { return nil }
      return try take(parts[0], index)
    }
    guard isWhole else {
      throw TrainingError.unfitState(file: file, reason: "the optimiser's moments are not whole")
    }
    values = restored
  }
}
