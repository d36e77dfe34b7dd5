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
    let (samples, inputs, outputs) = (shape[0], shape[1], weight.shape[0])
    let result = Tensor(uninitialized: [samples, outputs]) { destination in
      withUnsafeBuffer { x in
        weight.withUnsafeBuffer { w in
          guard let to = destination.baseAddress, let x = x.baseAddress, let w = w.baseAddress
          else { return }
          // Blocks of outputs, so that one sample too is shared by the threads.
          Parallel.forEachRange(of: outputs, size: 128) { block in
            Gemm.multiply(
              m: samples, n: block.count, k: inputs, x, rowStride: inputs,
              w + block.lowerBound * inputs, rowStride: inputs, transposed: true,
              into: to + block.lowerBound, rowStride: outputs)
          }
        }
      }
    }
    return (weightGain == 1 ? result : result * weightGain).biasAct(epilogue)
  }
}
