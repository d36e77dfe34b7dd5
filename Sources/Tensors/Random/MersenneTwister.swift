/// MT19937, the generator behind NumPy's `RandomState` and torch's CPU generator.
///
/// Matsumoto and Nishimura, ACM Transactions on Modeling and Computer Simulation 8 (1998).
struct MersenneTwister: Sendable {
  private var state = [UInt32](repeating: 0, count: 624)
  private var position = 624

  /// Initialises by Knuth's recurrence.
  init(seed: UInt32) {
    state[0] = seed
    for i in 1..<624 {
      let previous = state[i - 1]
      state[i] = 1_812_433_253 &* (previous ^ (previous >> 30)) &+ UInt32(i)
    }
  }

  /// The next 32 bits.
  mutating func next() -> UInt32 {
    if position == 624 { refill() }
    var y = state[position]
    position += 1
    y ^= y >> 11
    y ^= (y << 7) & 0x9d2c_5680
    y ^= (y << 15) & 0xefc6_0000
    return y ^ (y >> 18)
  }

  private mutating func refill() {
    for i in 0..<624 {
      let y = (state[i] & 0x8000_0000) | (state[(i + 1) % 624] & 0x7fff_ffff)
      state[i] = state[(i + 397) % 624] ^ (y >> 1) ^ (y & 1 == 0 ? 0 : 0x9908_b0df)
    }
    position = 0
  }
}
