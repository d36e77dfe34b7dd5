import Editing
import Tensors
import Testing

/// Readouts of attributes that are known functions of features, and effects in closed form.
@Suite("What directions change")
struct DirectionEffectTests {
  /// 80 rows of 5 features; `a` is linear in them, `noise` is not in them, `none` never varies.
  private func sample() throws -> (features: Tensor, readout: AttributeReadout) {
    var random = RandomState(seed: 1)
    let features = random.randn([80, 5])
    let values = (0..<80).map { row -> [Double] in
      [10 + 3 * Double(features[row, 0]), random.gaussian(), 7]
    }
    return (
      features,
      try AttributeReadout(
        features: features, names: ["paint.a", "noise", "none"], values: values)
    )
  }

  @Test("A linear attribute is read, noise is not, and what never varies is left out")
  func readout() throws {
    let (_, readout) = try sample()
    #expect(readout.attributes.map(\.name) == ["paint.a", "noise"])
    #expect(readout.attributes[0].group == "paint" && readout.attributes[1].group == "noise")
    #expect(readout.attributes[0].explained > 0.9)
    #expect(readout.attributes[1].explained < 0.3)
  }

  @Test("What is read is in deviations of the data")
  func deviations() throws {
    let (features, readout) = try sample()
    // Feature 0 has deviation 1, the attribute 3: a step of one feature is a step of one deviation.
    let step = Tensor([1, 0, 0, 0, 0], shape: [1, 5])
    let before = readout.values(of: features.rows(0..<1))
    let after = readout.values(of: features.rows(0..<1) + step)
    #expect(abs(Double(after[0, 0] - before[0, 0]) - 1) < 0.25)
  }

  @Test("Fewer than 16 pictures, or none that varies, are refused")
  func refusals() {
    let features = Tensor(zeros: [8, 2])
    #expect(throws: EditingError.self) {
      try AttributeReadout(
        features: features, names: ["a"], values: (0..<8).map { [Double($0)] })
    }
    #expect(throws: EditingError.self) {
      try AttributeReadout(
        features: Tensor(zeros: [20, 2]), names: ["a"], values: (0..<20).map { _ in [1] })
    }
  }

  @Test("Changes have their mean, an interval around it, and the root of their mean square")
  func effects() {
    let attributes = [
      AttributeReadout.Attribute(name: "paint.r", explained: 0.9),
      AttributeReadout.Attribute(name: "paint.b", explained: 0.8),
      AttributeReadout.Attribute(name: "body", explained: 0.7),
      AttributeReadout.Attribute(name: "blurred", explained: 0.1),
    ]
    // r: always +2; b: +1 and -1 in turn; body: always +0.5; blurred: always 9.
    let after = (0..<40).flatMap { row -> [Float] in [2, row % 2 == 0 ? 1 : -1, 0.5, 9] }
    let effects = DirectionEffect.effects(
      before: Tensor(zeros: [40, 4]), after: Tensor(after, shape: [40, 4]), attributes)
    #expect(effects[0].change == 2 && effects[0].interval == 2...2 && !effects[0].isUncertain)
    #expect(effects[1].change == 0 && effects[1].isUncertain && effects[1].magnitude == 1)
    // The mean of 40 coin throws has deviation 1/√40 = 0.158; 95 % of them lie within 0.31.
    #expect(abs(effects[1].interval.upperBound - 0.31) < 0.06)
    let groups = GroupEffect.groups(effects, readable: 0.5)
    #expect(groups.map(\.group) == ["paint", "body"])
    // √((2² + 0²) / 2)
    #expect(abs(groups[0].change - 2.0.squareRoot()) < 1e-12)
    #expect(groups[1].change == 0.5)
  }
}
