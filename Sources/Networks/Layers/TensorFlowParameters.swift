import Checkpoints
import Tensors

extension Parameter {
  /// A stored tensor with its axes in another order; as it is if it has another rank, for the
  /// reader to report.
  init(_ stored: StoredTensor, permuting axes: [Int]) {
    guard stored.shape.rank == axes.count else {
      self.init(stored)
      return
    }
    self.init(shape: Shape(axes.map { stored.shape[$0] })) { try stored.tensor().permuted(axes) }
  }

  /// Weights as TensorFlow stores them: `[h, w, in, out]` and `[in, out]` become `[out, in, h, w]`
  /// and `[out, in]`, everything else stays.
  init(tensorFlow stored: StoredTensor) {
    self.init(stored, permuting: stored.shape.rank == 4 ? [3, 2, 0, 1] : [1, 0])
  }

  /// A stored tensor without its first `axes` axes, if those have extent 1.
  init(_ stored: StoredTensor, droppingFirst axes: Int) {
    let dimensions = stored.shape.dimensions
    let isPlain = dimensions.count > axes && dimensions.prefix(axes).allSatisfy { $0 == 1 }
    self.init(stored, shape: isPlain ? Shape(Array(dimensions.dropFirst(axes))) : stored.shape)
  }

  /// A stored tensor of one element as a scalar.
  init(scalar stored: StoredTensor) {
    self.init(stored, shape: stored.count == 1 ? [] : stored.shape)
  }
}
