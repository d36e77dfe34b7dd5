import Tensors

/// What keeps optimised noise maps noise: the regulariser of the official projector
/// (stylegan2-ada-pytorch, projector.py; Karras et al., arXiv 1912.04958, appendix D).
public enum NoiseRegularizer {
  /// Σ over maps and their ½ pyramids of (mean of n · n moved by one column)² + (the same of rows)².
  ///
  /// A pyramid halves a map by averages of 2×2 pixels down to a side of 8 or less.
  ///
  /// - Parameter maps: Square maps of any rank, `[R, R]` or `[1, 1, R, R]`.
  /// - Returns: A scalar.
  public static func value(_ maps: [Tensor]) -> Tensor {
    var total = Tensor(0)
    for map in maps {
      let side = map.shape[-1]
      precondition(map.count == side * side, "a noise map of shape \(map.shape)")
      var level = map.reshaped([side, side])
      while true {
        for axis in [1, 0] {
          let correlation = (level * level.rolled(axis: axis)).mean()
          total = total + correlation.squared()
        }
        let side = level.shape[0]
        if side <= 8 { break }
        level = level.reshaped([side / 2, 2, side / 2, 2]).averaged(over: [1, 3])
          .reshaped([side / 2, side / 2])
      }
    }
    return total
  }

  /// A map with mean 0 and mean square 1, as the projector makes it after every step.
  public static func normalized(_ map: Tensor) -> Tensor {
    let centred = map - map.mean()
    return centred * centred.squared().mean().reciprocalSquareRoot()
  }
}

extension Tensor {
  /// Everything moved by one along an axis, the last entry first.
  fileprivate func rolled(axis: Int) -> Tensor {
    let length = shape[axis]
    return Tensor.concatenated(
      [sliced(axis: axis, length - 1..<length), sliced(axis: axis, 0..<length - 1)], axis: axis)
  }
}
