import Foundation
import Tensors

/// How long a run is and what it draws by chance.
public struct TrainingPlan: Sendable, Hashable {
  /// The pictures of a step.
  public var batch: Int
  /// The pictures of data that are seen in all; the last step may go beyond.
  public var pictures: Int
  /// The pictures between two reports.
  public var tick: Int
  /// The seed of the data's order and of all random numbers.
  public var seed: UInt32

  /// A plan; see the properties.
  public init(batch: Int, pictures: Int, tick: Int, seed: UInt32) {
    (self.batch, self.pictures, self.tick, self.seed) = (batch, pictures, tick, seed)
  }
}

/// What a run tells from time to time.
public struct TrainingTick: Sendable, Hashable, Codable {
  /// The steps made so far.
  public let step: Int
  /// The pictures of data seen so far.
  public let pictures: Int
  /// The mean of every loss since the last tick.
  public let losses: [String: Double]

  /// A tick; see the properties.
  public init(step: Int, pictures: Int, losses: [String: Double]) {
    (self.step, self.pictures, self.losses) = (step, pictures, losses)
  }
}

/// The loop of every training: batches from the data, steps, counting and reports.
///
/// A value without a clock: what it holds after a number of steps depends on step, data and plan
/// alone, whether it was stored and taken up again in between or not.
public struct TrainingRun: Sendable {
  /// What is done with a batch, and all that it has come to.
  public internal(set) var step: any TrainingStep
  /// The data.
  public let data: any TrainingData
  /// Batch, length and seed.
  public let plan: TrainingPlan
  /// The steps made so far.
  public internal(set) var steps = 0
  /// The sums of losses since the last tick, and how often each was given.
  var sums: [String: LossSum] = [:]
  private var order: TrainingOrder

  /// A loss summed up.
  struct LossSum: Sendable, Codable {
    var sum: Double
    var count: Int
  }

  /// A run before its first step.
  public init(_ step: any TrainingStep, data: any TrainingData, plan: TrainingPlan) throws {
    guard plan.batch > 0, plan.tick > 0, plan.pictures > 0 else {
      throw TrainingError.unfitSetting(
        name: "batch, tick and length", found: "\(plan.batch), \(plan.tick), \(plan.pictures)",
        expected: "numbers from 1 on")
    }
    try step.check(batch: plan.batch)
    (self.step, self.data, self.plan) = (step, data, plan)
    order = TrainingOrder(count: data.count, seed: plan.seed)
  }

  /// The pictures of data seen so far.
  public var pictures: Int { steps * plan.batch }

  /// Whether all pictures of the plan were seen.
  public var isFinished: Bool { pictures >= plan.pictures }

  /// Makes one step; gives a tick where one is due, and always after the last step.
  public mutating func advance() throws -> TrainingTick? {
    let before = pictures
    let numbers = order.numbers(at: before, batch: plan.batch)
    let batch = TrainingBatch(try data.samples(numbers))
    let moment = TrainingMoment(step: steps, pictures: before, seed: plan.seed)
    for (name, value) in try step.train(on: batch, at: moment) {
      let old = sums[name] ?? LossSum(sum: 0, count: 0)
      sums[name] = LossSum(sum: old.sum + value, count: old.count + 1)
    }
    steps += 1
    guard before / plan.tick != pictures / plan.tick || isFinished else { return nil }
    defer { sums = [:] }
    return TrainingTick(
      step: steps, pictures: pictures,
      losses: sums.mapValues { $0.sum / Double(max($0.count, 1)) })
  }
}
