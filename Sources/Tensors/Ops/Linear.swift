extension Tensor {
  /// A fully connected layer: `[N, in]` → `[N, out]`, y = x·Wᵀ·`weightGain`, then `epilogue`.
  ///
  /// `weight` is `[out, in]`, as in every checkpoint that Atelier reads.
  public func linear(
    _ weight: Tensor, weightGain: Float = 1, epilogue: Epilogue = .none
  ) -> Tensor {
    precondition(
      shape.rank == 2 && weight.shape.rank == 2 && shape[1] == weight.shape[1],
      "linear layer \(weight.shape) on \(shape)")
    let result = matrixProduct(weight, transposed: true)
    return (weightGain == 1 ? result : result * weightGain).biasAct(epilogue)
  }
}
