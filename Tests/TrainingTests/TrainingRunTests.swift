import Foundation
import Imaging
import Networks
import TestSupport
import Tensors
import Testing
import Training

@Suite("The training loop")
struct TrainingRunTests {
  /// Learns the mean colour of pictures, with chance added, so that every part of a run matters.
  private struct MeanColour: TrainingStep {
    var settings = "{\"kind\":\"mean colour\"}"
    var groups: [ParameterGroup]
    var buffers = ["seen": Tensor(0)]

    init(rate: Double = 0.1) {
      groups = [
        ParameterGroup(
          "colour", ["colour": Tensor(zeros: [1, 3, 1, 1])],
          optimizer: Adam(learningRate: rate, beta1: 0.5), isAveraged: true)
      ]
    }

    mutating func iterate(
      on batch: TrainingBatch, at moment: TrainingMoment
    ) throws -> [String: Double] {
      let colour = groups[0].tracked()
      var draws = moment.draws(0)
      let target = batch.pictures.averaged(over: [0, 2, 3]) + Float(draws.gaussian() * 0.01)
      let loss = (colour[0] - target).squared().mean()
      groups[0].update(along: gradient(of: loss, withRespectTo: colour))
      groups[0].moveAverage(beta: 0.5)
      buffers["seen"] = Tensor((buffers["seen"]?.scalar ?? 0) + Float(batch.count))
      return ["distance": Double(loss.scalar)]
    }

    func result() throws -> CanonicalNetwork {
      try CanonicalNetwork(
        family: "mean colour", configuration: ["size": 1],
        parameters: groups[0].averages.mapValues { Parameter($0) }, file: "a mean colour")
    }

    func sheet() throws -> Image { Image(width: 1, height: 1, colour: [0, 0, 0]) }
  }

  private func run(seed: UInt32 = 4) throws -> TrainingRun {
    try TrainingRun(
      MeanColour(), data: WorldData(World(.cars, width: 16, height: 16, seed: 1), count: 7),
      plan: TrainingPlan(batch: 3, pictures: 30, tick: 6, seed: seed))
  }

  @Test("Stopped and taken up again, a run ends with the same bytes", arguments: [1, 4, 9])
  func resuming(after steps: Int) throws {
    try ReferenceData.withTemporaryFolder { folder in
      var whole = try run(), ticks: [TrainingTick] = []
      while !whole.isFinished { if let tick = try whole.advance() { ticks.append(tick) } }
      let expected = folder.appendingPathComponent("whole")
      try TrainingCheckpoint.write(whole, to: expected)

      var first = try run(), later: [TrainingTick] = []
      for _ in 0..<steps { if let tick = try first.advance() { later.append(tick) } }
      let file = folder.appendingPathComponent("stopped")
      try TrainingCheckpoint.write(first, to: file)
      var second = try run()
      try TrainingCheckpoint.restore(&second, from: file)
      while !second.isFinished { if let tick = try second.advance() { later.append(tick) } }
      try TrainingCheckpoint.write(second, to: file)
      #expect(try Data(contentsOf: file) == Data(contentsOf: expected))
      #expect(ticks == later && ticks.map(\.pictures) == [6, 12, 18, 24, 30])
      #expect(ticks[0].losses["distance"] ?? 0 > ticks[4].losses["distance"] ?? 0)
    }
  }

  @Test("The state of another run is refused, and what differs is named")
  func otherRun() throws {
    try ReferenceData.withTemporaryFolder { folder in
      let file = folder.appendingPathComponent("state")
      var other = try run(seed: 5)
      _ = try other.advance()
      try TrainingCheckpoint.write(other, to: file)
      var mine = try run()
      #expect {
        try TrainingCheckpoint.restore(&mine, from: file)
      } throws: {
        "\($0)".contains("seed 5 instead of 4")
      }
      #expect(mine.steps == 0)
    }
  }

  @Test("What is not a number in a gradient moves nothing")
  func brokenGradients() {
    var group = ParameterGroup(
      "g", ["a": Tensor([1, 2], shape: [2])], optimizer: Adam(learningRate: 0.1, beta1: 0))
    group.update(along: [Tensor([.nan, 1], shape: [2])])
    // The first step of Adam has the size of the learning rate.
    #expect(group.values[0].scalars == [1, 1.9])
  }
}
