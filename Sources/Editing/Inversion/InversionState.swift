import Foundation
import Networks
import Tensors

/// All that goes on from step to step of an ``Inversion``, to be stored and taken up again.
public struct InversionState: Sendable {
  /// The steps made so far.
  public internal(set) var index = 0
  /// The stage at work.
  public internal(set) var stage = 0
  /// The steps made in the stage.
  public internal(set) var step = 0
  /// The latent: `[1, wDim]`, or `[1, rows, wDim]` from the first stage in W+ on.
  public internal(set) var latent: Tensor
  /// The noise maps in the order of the layers, `[R, R]`; none for networks without noise.
  public internal(set) var noise: [Tensor]
  /// The lowest loss of the stage, and the steps since.
  struct Best: Codable, Hashable, Sendable {
    var loss: Float
    var age: Int
  }

  var best: Best?
  /// The latent that the stage began with.
  var anchor: Tensor?
  var adam = Adam()
  var givenLatentNoise: (@Sendable (Int) -> Tensor)?

  init(latent: Tensor, noise: [Tensor]) {
    self.latent = latent
    self.noise = noise
  }

  /// Every tensor by name, for safetensors.
  public var tensors: [(name: String, tensor: Tensor)] {
    var tensors = [(name: "latent", tensor: latent)]
    for (index, map) in noise.enumerated() {
      tensors.append((name: "noise.\(index)", tensor: map))
    }
    if let anchor { tensors.append((name: "anchor", tensor: anchor)) }
    for moment in adam.moments {
      tensors.append((name: "adam.\(moment.name)", tensor: moment.tensor))
    }
    return tensors
  }

  private struct Counters: Codable {
    var index, stage, step, adamSteps: Int
    var best: Best?
  }

  /// Every number as a JSON object, to be stored beside the tensors.
  public var counters: String {
    let counters = Counters(
      index: index, stage: stage, step: step, adamSteps: adam.steps, best: best)
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys]
    return (try? encoder.encode(counters)).map { String(decoding: $0, as: UTF8.self) } ?? "{}"
  }

  /// A stored state.
  ///
  /// - Parameters:
  ///   - counters: What ``counters`` gave.
  ///   - tensor: The tensors of ``tensors`` by name, `nil` for one that is not there.
  /// - Throws: `EditingError.unsupported` where something is missing or does not fit.
  public init(counters: String, tensor: (_ name: String) throws -> Tensor?) throws {
    guard let stored = try? JSONDecoder().decode(Counters.self, from: Data(counters.utf8)),
      stored.index >= 0, stored.stage >= 0, stored.step >= 0, let latent = try tensor("latent")
    else { throw Self.damaged("its counters or its latent are missing") }
    var noise: [Tensor] = []
    while let map = try tensor("noise.\(noise.count)") { noise.append(map) }
    self.init(latent: latent, noise: noise)
    (index, stage, step, best) = (stored.index, stored.stage, stored.step, stored.best)
    anchor = try tensor("anchor")
    // The moments are of the latent and of the maps, whichever the stage optimises.
    guard stored.step > 0, stored.adamSteps > 0 else { return }
    for shapes in [[latent.shape] + noise.map(\.shape), [latent.shape], noise.map(\.shape)] {
      if try adam.restore(
        steps: stored.adamSteps, shapes: shapes, moment: { try tensor("adam.\($0)") }),
        try tensor("adam.first.\(shapes.count)") == nil
      {
        return
      }
    }
    throw Self.damaged("the optimiser's moments are missing")
  }

  /// Throws if the state is not one of this network and plan.
  func check(_ generator: any Generator, _ plan: InversionPlan) throws {
    let size = generator.size
    guard [[1, size.wDim], [1, size.rows, size.wDim]].contains(latent.shape) else {
      throw Self.damaged("a latent of shape \(latent.shape) is of another network")
    }
    guard noise.map(\.shape) == generator.noiseMaps().map({ $0.map.shape }) else {
      throw Self.damaged("its noise maps are of another network")
    }
    guard stage <= plan.stages.count, stage == plan.stages.count || step < plan.stages[stage].steps
    else { throw Self.damaged("it is of another plan") }
  }

  private static func damaged(_ problem: String) -> EditingError {
    .unsupported(reason: "The stored state of the inversion cannot be taken up: \(problem).")
  }
}
