import Checkpoints
import Tensors

extension Parameter {
  /// The weight of a dense layer, `[in, out]` in TensorFlow: `[out, in]`.
  init(tensorFlowDense stored: StoredTensor) {
    self.init(stored, permuting: [1, 0])
  }

  /// The weight of a convolution, `[kh, kw, in, out]` in TensorFlow: `[out, in, kh, kw]`.
  ///
  /// - Parameter isFlipped: Whether both spatial axes are reversed, as transposed convolutions want
  ///   weights that were stored for correlation.
  init(tensorFlowKernel stored: StoredTensor, isFlipped: Bool = false) {
    self = Parameter(stored, permuting: [3, 2, 0, 1]).flipped(isFlipped)
  }

  /// A stored weight whose kernels are reversed on both axes if `isFlipped`.
  init(_ stored: StoredTensor, flipping isFlipped: Bool) {
    self = Parameter(stored).flipped(isFlipped)
  }

  private func flipped(_ isFlipped: Bool) -> Parameter {
    guard isFlipped, shape.rank == 4 else { return self }
    return Parameter(shape: shape) { try tensor().flippedKernels() }
  }

  /// Every element of a stored tensor plus `offset`.
  init(_ stored: StoredTensor, adding offset: Float) {
    self.init(shape: stored.shape) {
      var tensor = try stored.tensor()
      tensor.add(Tensor(repeating: offset, shape: stored.shape))
      return tensor
    }
  }
}
