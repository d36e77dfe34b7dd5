import Tensors

extension Tensor {
  /// Values between −`scale` and `scale` that look random and are the same in every run
  /// (SplitMix64), for inputs whose values do not matter.
  public static func sample(_ shape: Shape, seed: UInt64 = 1, scale: Float = 1) -> Tensor {
    var state = seed &* 0x2545_F491_4F6C_DD1D
    return Tensor(uninitialized: shape) { values in
      for i in values.indices {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = (state ^ (state >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        mixed ^= mixed >> 31
        values[i] = (Float(mixed >> 40) * 0x1p-23 - 1) * scale
      }
    }
  }
}

/// The largest difference of two tensors, in units of max(1, the largest magnitude expected);
/// infinite where the shapes differ or a value is not a number.
public func relativeError(_ found: Tensor, _ expected: Tensor) -> Float {
  guard found.shape == expected.shape else { return .infinity }
  let error = (found - expected).largestMagnitude / max(1, expected.largestMagnitude)
  return error.isNaN ? .infinity : error
}

extension Tensor {
  /// A name for the shape and every bit of the elements, for comparisons to the bit.
  ///
  /// It is short: what a failed comparison of long arrays prints takes minutes.
  public var bits: Digest { Digest(of: self) }
}
