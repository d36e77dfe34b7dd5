import Tensors

/// The kernel distance of two sets of features (KID; Bińkowski et al., arXiv 1801.01401): the
/// unbiased squared maximum mean discrepancy under (x·y / width + 1)³, averaged over subsets.
public enum KernelDistance {
  /// The distance of generated from real features, `[N, width]` each.
  ///
  /// Subsets are drawn without replacement as NumPy's `choice` does, the generated ones first.
  ///
  /// - Parameters:
  ///   - generated: Features of generated pictures, two rows at least.
  ///   - real: Features of real pictures, two rows at least.
  ///   - subsets: How many subsets.
  ///   - largest: The most features a subset has.
  ///   - random: Where the subsets come from.
  public static func distance(
    generated: Tensor, real: Tensor, subsets: Int, largest: Int, random: inout RandomState
  ) -> Double {
    precondition(
      generated.shape.rank == 2 && real.shape.rank == 2 && generated.shape[1] == real.shape[1],
      "features \(generated.shape) and \(real.shape)")
    let count = min(generated.shape[0], real.shape[0], largest)
    precondition(count >= 2 && subsets >= 1, "\(subsets) subsets of \(count) features")
    var sum = 0.0
    for _ in 0..<subsets {
      let x = rows(generated, random.choice(generated.shape[0], size: count))
      let y = rows(real, random.choice(real.shape[0], size: count))
      let own =
        kernelSum(x, x, skippingDiagonal: true) + kernelSum(y, y, skippingDiagonal: true)
      sum += own / Double(count - 1) - kernelSum(x, y, skippingDiagonal: false) * 2 / Double(count)
    }
    return sum / Double(subsets) / Double(count)
  }

  private static func rows(_ features: Tensor, _ indices: [Int]) -> [[Double]] {
    indices.map { features.row($0).scalars.map(Double.init) }
  }

  private static func kernelSum(
    _ x: [[Double]], _ y: [[Double]], skippingDiagonal: Bool
  ) -> Double {
    var sum = 0.0
    for (i, a) in x.enumerated() {
      for (j, b) in y.enumerated() where !(skippingDiagonal && i == j) {
        var product = 0.0
        for k in a.indices { product += a[k] * b[k] }
        let term = product / Double(a.count) + 1
        sum += term * term * term
      }
    }
    return sum
  }
}
