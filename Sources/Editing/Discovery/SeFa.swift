import Networks
import Tensors

/// Closed-form factorisation of a generator's style weights (Shen and Zhou, arXiv 2007.06600).
///
/// The weights that turn w into styles are stacked as columns of A `[wDim, Σ channels]`, every
/// column scaled to unit length; the eigenvectors of A·Aᵀ with the largest eigenvalues are the
/// directions along which the styles change most.
public enum SeFa {
  /// The `count` strongest directions for `layers`.
  public static func directions(
    of generator: any Generator, layers: LayerSet, count: Int
  ) throws -> [(direction: Direction, eigenvalue: Double)] {
    let width = generator.size.wDim
    let weights = try layers.indices(count: generator.size.rows)
      .flatMap { generator.styleWeights(row: $0) }
    guard !weights.isEmpty else {
      throw EditingError.unsupported(reason: "layers \(layers) of this network read no style.")
    }
    guard (1...width).contains(count) else {
      throw EditingError.unsupported(
        reason: "\(count) directions were asked for; this network has 1 to \(width).")
    }
    var product = [Double](repeating: 0, count: width * width)
    for weight in weights { addNormalizedOuterProducts(of: weight, to: &product) }
    guard let eigen = SymmetricEigen(product, size: width) else {
      throw EditingError.unsupported(
        reason: "the eigenvectors of layers \(layers) do not converge.")
    }
    return (0..<count).map { k in
      let direction = Direction(
        tensor: Tensor(eigen.vectors[k].map { Float($0) }, shape: [width]), method: "sefa",
        parameters: "layers \(layers), component \(k)")
      return (direction, eigen.values[k])
    }
  }

  /// Adds Σ aᵢ·aᵢᵀ over the rows aᵢ of `weight` `[channels, wDim]`, each scaled to unit length.
  private static func addNormalizedOuterProducts(of weight: Tensor, to product: inout [Double]) {
    let (channels, width) = (weight.shape[0], weight.shape[1])
    let rows: [Double] = weight.withUnsafeBuffer { w in
      (0..<channels).flatMap { row -> [Double] in
        let values = w[row * width..<(row + 1) * width].map(Double.init)
        let length = values.reduce(0) { $0 + $1 * $1 }.squareRoot()
        return values.map { length > 0 ? $0 / length : 0 }
      }
    }
    SymmetricEigen.addGram(of: rows, count: channels, width: width, to: &product)
  }
}
