import Foundation

/// torch's CPU generator.
///
/// Uniform numbers, integers, permutations and double-precision normals are torch's bit for bit.
/// Blocks of 16 and more 32-bit normals differ from torch's in the last bits (at most about 1e-6),
/// as torch's own builds differ from each other: they use vector approximations of log and cos.
public struct TorchGenerator: Sendable {
  private var twister: MersenneTwister
  private var spareGaussian: Double?

  /// The generator after `torch.manual_seed(seed)`; only the low 32 bits of a seed count.
  public init(seed: UInt64) { twister = MersenneTwister(seed: UInt32(truncatingIfNeeded: seed)) }

  /// The next raw 32 bits.
  public mutating func nextUInt32() -> UInt32 { twister.next() }

  /// The next raw 64 bits, the first draw high.
  public mutating func nextUInt64() -> UInt64 {
    let high = UInt64(twister.next())
    return high << 32 | UInt64(twister.next())
  }

  /// `torch.rand` in 32-bit floats: 24 bits.
  public mutating func uniform() -> Float { Float(twister.next() & 0xff_ffff) * 0x1p-24 }

  /// `torch.rand` in doubles: 53 bits.
  public mutating func uniformDouble() -> Double {
    Double(nextUInt64() & ((1 << 53) - 1)) * 0x1p-53
  }

  /// `torch.rand(shape)`.
  public mutating func rand(_ shape: Shape) -> Tensor {
    Tensor(uninitialized: shape) { values in
      for i in values.indices { values[i] = uniform() }
    }
  }

  /// `torch.randn(shape)`.
  public mutating func randn(_ shape: Shape) -> Tensor {
    let count = shape.count
    guard count >= 16 else {
      return Tensor(uninitialized: shape) { values in
        for i in values.indices { values[i] = Float(gaussian()) }
      }
    }
    return Tensor(uninitialized: shape) { values in
      for i in values.indices { values[i] = uniform() }
      for start in stride(from: 0, through: count - 16, by: 16) {
        Self.transform(UnsafeMutableBufferPointer(rebasing: values[start..<start + 16]))
      }
      if count % 16 != 0 {
        let tail = UnsafeMutableBufferPointer(rebasing: values[(count - 16)...])
        for i in tail.indices { tail[i] = uniform() }
        Self.transform(tail)
      }
    }
  }

  /// `torch.randn(count, dtype=torch.float64)`.
  public mutating func randnDouble(_ count: Int) -> [Double] {
    guard count >= 16 else { return (0..<count).map { _ in gaussian() } }
    var values = (0..<count).map { _ in uniformDouble() }
    for start in stride(from: 0, through: count - 16, by: 16) {
      Self.transform(&values, from: start)
    }
    if count % 16 != 0 {
      for i in count - 16..<count { values[i] = uniformDouble() }
      Self.transform(&values, from: count - 16)
    }
    return values
  }

  /// `torch.randint(bound, …)`, one value.
  public mutating func integer(below bound: UInt32) -> Int { Int(twister.next() % bound) }

  /// `torch.randperm(count)`.
  public mutating func permutation(_ count: Int) -> [Int] {
    var order = Array(0..<count)
    for i in 0..<max(count - 1, 0) { order.swapAt(i, i + Int(twister.next() % UInt32(count - i))) }
    return order
  }

  /// One normal value by the Box–Muller transform; the second of a pair is kept for the next call.
  private mutating func gaussian() -> Double {
    if let spare = spareGaussian {
      spareGaussian = nil
      return spare
    }
    let u1 = uniformDouble(), u2 = uniformDouble()
    let r = (-2 * log1p(-u2)).squareRoot(), angle = 2 * Double.pi * u1
    spareGaussian = r * sin(angle)
    return r * cos(angle)
  }

  /// Sixteen uniforms to sixteen normals, pairs eight apart.
  private static func transform(_ block: UnsafeMutableBufferPointer<Float>) {
    for j in 0..<8 {
      let u1 = 1 - block[j], u2 = block[j + 8]
      let r = (-2 * log(u1)).squareRoot(), angle = 2 * Float.pi * u2
      block[j] = r * cos(angle)
      block[j + 8] = r * sin(angle)
    }
  }

  private static func transform(_ values: inout [Double], from start: Int) {
    for j in start..<start + 8 {
      let u1 = 1 - values[j], u2 = values[j + 8]
      let r = (-2 * log(u1)).squareRoot(), angle = 2 * Double.pi * u2
      values[j] = r * cos(angle)
      values[j + 8] = r * sin(angle)
    }
  }
}
