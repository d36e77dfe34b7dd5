import Imaging
import Networks
import Tensors

/// One way of training: what a step over a batch does to which parameters.
///
/// The loop (``TrainingRun``) hands in batches, counts, stores and reports; a step changes only
/// ``groups`` and ``buffers``, and draws every random number from the ``TrainingMoment``. So a run
/// that was stopped and goes on ends with the bytes of one that was never stopped.
public protocol TrainingStep: Sendable {
  /// All that the result depends on but data, batch and seed, as JSON with sorted keys: a run goes on
  /// only with the same.
  var settings: String { get }

  /// The parameters that learn, a group for every optimiser.
  var groups: [ParameterGroup] { get set }

  /// What else changes as training goes on, by name: moving means, the strength of augmentations.
  /// The names are the same from the first step to the last.
  var buffers: [String: Tensor] { get set }

  /// The operations (two for a multiplication with addition) that a picture of a batch costs on
  /// average; 0 if they are not counted.
  var operationsPerPicture: Double { get }

  /// Throws if batches of `count` pictures cannot be trained on.
  func check(batch count: Int) throws

  /// What ``train(on:at:)`` does with a batch.
  mutating func iterate(
    on batch: TrainingBatch, at moment: TrainingMoment
  ) throws -> [String: Double]

  /// The network as it is handed out, with averaged parameters.
  func result() throws -> CanonicalNetwork

  /// Pictures by the averaged parameters: always of the same latents or maps, so that sheets of one
  /// run can be compared.
  func sheet() throws -> Image
}

extension TrainingStep {
  /// Trains on a batch: losses by name, for the curves (a name may be missing where a loss is lazy).
  public mutating func train(
    on batch: TrainingBatch, at moment: TrainingMoment
  ) throws -> [String: Double] {
    try Tensor.withPassingWeights { try iterate(on: batch, at: moment) }
  }

  /// Not counted.
  public var operationsPerPicture: Double { 0 }

  /// Any number will do.
  public func check(batch count: Int) throws {}
}

/// Where a run stands when a step begins, and the step's random numbers.
///
/// Random numbers are a function of the run's seed, the step's number and what they are for: nothing
/// of them needs to be stored.
public struct TrainingMoment: Sendable {
  /// The number of the step, from 0 on.
  public let step: Int
  /// How many pictures of data were seen before this step.
  public let pictures: Int
  /// The seed of the run.
  public let seed: UInt32

  /// A moment; see the properties.
  public init(step: Int, pictures: Int, seed: UInt32) {
    (self.step, self.pictures, self.seed) = (step, pictures, seed)
  }

  /// The random numbers of this step for `purpose`: one sequence for each number.
  public func draws(_ purpose: Int) -> RandomState { RandomState(seed: drawSeed(purpose)) }

  /// A seed for `purpose`, such as that of noise maps.
  public func drawSeed(_ purpose: Int) -> UInt32 {
    var bits = UInt64(seed) &* 0x9E37_79B9_7F4A_7C15 &+ UInt64(step)
    for part in [UInt64(purpose), 0x2545_F491] {
      bits ^= part &* 0xD6E8_FEB8_6659_FD93
      bits = (bits ^ (bits >> 30)) &* 0xBF58_476D_1CE4_E5B9
      bits = (bits ^ (bits >> 27)) &* 0x94D0_49BB_1331_11EB
      bits ^= bits >> 31
    }
    return UInt32(truncatingIfNeeded: bits)
  }
}
