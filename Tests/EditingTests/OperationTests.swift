import Editing
import Foundation
import TestSupport
import Tensors
import Testing

@Suite("Edit operations")
struct OperationTests {
  let own = Tensor.sample([6, 3], seed: 1)
  let context: FixedContext

  init() {
    var context = FixedContext()
    for seed in UInt32(1)...4 {
      context.latents[.seed(seed)] = .sample([6, 3], seed: UInt64(seed) + 9)
    }
    self.context = context
  }

  func latent(_ seed: UInt32) throws -> Tensor { try context.latent(of: .seed(seed)) }

  func part(_ seed: UInt32, _ weight: String) throws -> MixOperation.Part {
    MixOperation.Part(source: .seed(seed), weight: try LayerProfile(parsing: weight))
  }

  @Test("Weight 1 copies rows to the bit, and leaves the others")
  func exactCopy() throws {
    let mixed = try MixOperation(with: .seed(1), layers: LayerSet(2..<4))
      .apply(to: own, in: context)
    for row in 0..<6 {
      let source = (2..<4).contains(row) ? try latent(1) : own
      #expect(mixed.row(row).bits == source.row(row).bits)
    }
    let swapped = try MixOperation([part(1, "0-2:1"), part(2, "3-:1")]).apply(to: own, in: context)
    for row in 0..<6 {
      #expect(try swapped.row(row).bits == latent(row < 3 ? 1 : 2).row(row).bits)
    }
    let same = try MixOperation(with: .seed(1), layers: .all, weight: 0).apply(to: own, in: context)
    #expect(same.bits == own.bits)
  }

  @Test(
    "Soft weights of several latents equal the formula",
    arguments: [
      ["0.5"], ["0.25", "0.25", "0.25"], ["0-2:0.3,4:0.9", "1-5:0.2"], ["-0.5"], ["1.5"],
      ["0.5", "1", "-0.5"], ["1", "-1", "1"], ["0.3", "0.3", "0.4"], ["1", "1"],
    ])
  func softWeights(weights: [String]) throws {
    let parts = try weights.enumerated().map { try part(UInt32($0 + 1), $1) }
    let mixed = try MixOperation(parts).apply(to: own, in: context)
    for row in 0..<6 {
      let shares = try parts.map { Double(try $0.weight.values(count: 6, default: 0)[row]) }
      for i in 0..<3 {
        var expected = (1 - shares.reduce(0, +)) * Double(own[row, i])
        for (k, share) in shares.enumerated() {
          expected += share * Double(try latent(UInt32(k + 1))[row, i])
        }
        #expect(abs(Double(mixed[row, i]) - expected) < 1e-6, "row \(row)")
      }
    }
  }

  @Test("A mix for more layers than there are is refused")
  func mixOutOfRange() throws {
    let mix = MixOperation(with: .seed(1), layers: LayerSet(4..<8))
    #expect(throws: EditingError.layerOutOfRange(layer: 7, count: 6)) {
      try mix.apply(to: own, in: context)
    }
  }

  @Test("A move adds its direction to the chosen rows, for one row or for all")
  func move() throws {
    var context = context
    let one = Tensor([1, 0, -2], shape: [3]), all = Tensor.sample([6, 3], seed: 5)
    let (short, long) = (context.content.add(one), context.content.add(all))
    let moved = try MoveOperation(along: short, by: 0.5, layers: LayerSet(1..<3))
      .apply(to: own, in: context)
    let movedAll = try MoveOperation(along: long, by: -2).apply(to: own, in: context)
    for row in 0..<6 {
      for i in 0..<3 {
        let step: Float = (1..<3).contains(row) ? 0.5 * one[i] : 0
        #expect(abs(moved[row, i] - (own[row, i] + step)) < 1e-6)
        #expect(abs(movedAll[row, i] - (own[row, i] - 2 * all[row, i])) < 1e-6)
      }
    }
    #expect(try MoveOperation(along: short, by: 0).apply(to: own, in: context).bits == own.bits)
  }

  @Test("A direction that does not fit, or is not there, is refused")
  func badDirections() throws {
    var context = context
    let wrong = context.content.add(Tensor(zeros: [4]))
    #expect {
      try MoveOperation(along: wrong, by: 1).apply(to: own, in: context)
    } throws: { error in
      guard case .wrongShape(_, "[3] or [6, 3]", "[4]") = error as? EditingError else {
        return false
      }
      return true
    }
    let nowhere = Digest(of: Tensor(1))
    #expect {
      try MoveOperation(along: nowhere, by: 1).apply(to: own, in: context)
    } throws: { error in
      guard case .missingTensor = error as? EditingError else { return false }
      return "\(error)".contains(nowhere.description)
    }
  }

  @Test("The kinds are listed once each, with versions from 1")
  func kinds() {
    let kinds = EditOperations.all.map { $0.kind }
    #expect(kinds.starts(with: ["mix", "move"]) && Set(kinds).count == kinds.count)
    #expect(EditOperations.all.allSatisfy { $0.version >= 1 })
  }

  @Test("A quarter circle, in equal angles and with the length going straight", arguments: 0...8)
  func slerp(eighth: Int) {
    let t = Float(eighth) / 8, angle = Double(eighth) * .pi / 16
    let a = Tensor([2, 0, 0], shape: [3]), b = Tensor([0, 0, 4], shape: [3])
    let point = Interpolation.slerp(a, b, t: t)
    let length = 2 + 2 * Double(t)
    #expect(abs(Double(point[0]) - length * cos(angle)) < 1e-6)
    #expect(point[1] == 0)
    #expect(abs(Double(point[2]) - length * sin(angle)) < 1e-6)
    let line = Interpolation.lerp(a, b, t: t)
    #expect(line.scalars == [2 - 2 * t, 0, 4 * t])
  }

  @Test("Ways end where they should, and parallel or empty ends are joined by a line")
  func slerpEnds() {
    let a = Tensor.sample([512], seed: 1), b = Tensor.sample([512], seed: 2)
    #expect(relativeError(Interpolation.slerp(a, b, t: 0), a) < 1e-6)
    #expect(relativeError(Interpolation.slerp(a, b, t: 1), b) < 1e-6)
    let doubled = Interpolation.slerp(a, a * 2, t: 0.5)
    #expect(relativeError(doubled, a * 1.5) < 1e-6)
    #expect(Interpolation.slerp(a, a * -1, t: 0.5).largestMagnitude < 1e-6)
    let zero = Tensor(zeros: [512])
    #expect(relativeError(Interpolation.slerp(zero, b, t: 0.25), b * 0.25) < 1e-6)
  }
}
