import Tensors

/// Chances of one sample: NumPy's `RandomState`, seeded by the world's seed and the sample's number.
struct Dice {
  private var state: RandomState

  /// The dice of sample `index` of the world with `seed`.
  init(seed: UInt32, index: Int) {
    var bits = (UInt64(seed) << 32) ^ UInt64(UInt32(truncatingIfNeeded: index))
    bits = (bits ^ (bits >> 30)) &* 0xBF58_476D_1CE4_E5B9
    bits = (bits ^ (bits >> 27)) &* 0x94D0_49BB_1331_11EB
    state = RandomState(seed: UInt32(truncatingIfNeeded: bits ^ (bits >> 31)))
  }

  /// A number from `low` to below `high`.
  mutating func number(_ low: Float = 0, _ high: Float = 1) -> Float {
    Float(state.uniform(Double(low), Double(high)))
  }

  /// A whole number of a range.
  mutating func whole(_ range: ClosedRange<Int>) -> Int {
    state.integer(in: range.lowerBound..<range.upperBound + 1)
  }

  /// True in `share` of all cases.
  mutating func chance(_ share: Float) -> Bool { number() < share }

  /// One of several, all alike.
  mutating func one<Choice>(of choices: [Choice]) -> Choice {
    choices[whole(0...choices.count - 1)]
  }

  /// One of several, by their weights.
  mutating func one<Choice>(of choices: KeyValuePairs<Choice, Float>) -> Choice {
    var place = number(0, choices.reduce(0) { $0 + $1.value })
    for (choice, weight) in choices {
      place -= weight
      if place < 0 { return choice }
    }
    return choices[choices.count - 1].key
  }

  /// A seed for noise.
  mutating func noiseSeed() -> UInt64 { UInt64(state.nextUInt32()) }
}
