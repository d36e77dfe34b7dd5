import Foundation

/// NumPy's `numpy.random.RandomState`, bit for bit: seed 85 here is everybody's seed 85.
public struct RandomState: Sendable {
  private var twister: MersenneTwister
  private var spareGaussian: Double?

  /// The generator that `RandomState(seed)` makes.
  public init(seed: UInt32) { twister = MersenneTwister(seed: seed) }

  /// The next raw 32 bits.
  public mutating func nextUInt32() -> UInt32 { twister.next() }

  /// `random_sample()`: uniform in [0, 1) with 53 bits.
  public mutating func uniform() -> Double {
    let high = Double(twister.next() >> 5), low = Double(twister.next() >> 6)
    return (high * 67_108_864 + low) / 9_007_199_254_740_992
  }

  /// `uniform(low, high)`.
  public mutating func uniform(_ low: Double, _ high: Double) -> Double {
    low + (high - low) * uniform()
  }

  /// `standard_normal()`: Marsaglia's polar method; every second value is kept for the next call.
  public mutating func gaussian() -> Double {
    if let spare = spareGaussian {
      spareGaussian = nil
      return spare
    }
    var (x1, x2, r2) = (0.0, 0.0, 0.0)
    repeat {
      x1 = 2 * uniform() - 1
      x2 = 2 * uniform() - 1
      r2 = x1 * x1 + x2 * x2
    } while r2 >= 1 || r2 == 0
    let f = (-2 * log(r2) / r2).squareRoot()
    spareGaussian = f * x1
    return f * x2
  }

  /// `normal(mean, deviation)`.
  public mutating func normal(_ mean: Double, _ deviation: Double) -> Double {
    mean + deviation * gaussian()
  }

  /// `randn(count)` in double precision.
  public mutating func randn(_ count: Int) -> [Double] { (0..<count).map { _ in gaussian() } }

  /// `randn(*shape)` rounded to 32-bit floats.
  public mutating func randn(_ shape: Shape) -> Tensor {
    Tensor(uninitialized: shape) { values in
      for i in values.indices { values[i] = Float(gaussian()) }
    }
  }

  /// `randint(low, high)`: uniform in `low..<high`, for spans below 2³².
  public mutating func integer(in range: Range<Int>) -> Int {
    precondition(!range.isEmpty && range.count <= 1 << 32, "no 32-bit span in \(range)")
    return range.lowerBound + Int(bounded(UInt32(truncatingIfNeeded: range.count - 1)))
  }

  /// `permutation(count)`: Fisher–Yates from the end.
  public mutating func permutation(_ count: Int) -> [Int] {
    var order = Array(0..<count)
    for i in stride(from: count - 1, to: 0, by: -1) {
      order.swapAt(i, Int(bounded(UInt32(i))))
    }
    return order
  }

  /// `choice(count, size, replace=False)`: the head of a permutation.
  public mutating func choice(_ count: Int, size: Int) -> [Int] {
    precondition(size <= count, "cannot choose \(size) of \(count)")
    return Array(permutation(count).prefix(size))
  }

  /// Uniform in `0...maximum`: draws under the smallest all-ones mask, rejected above the maximum.
  private mutating func bounded(_ maximum: UInt32) -> UInt32 {
    if maximum == 0 { return 0 }
    let mask = UInt32.max >> maximum.leadingZeroBitCount
    while true {
      let value = twister.next() & mask
      if value <= maximum { return value }
    }
  }
}
