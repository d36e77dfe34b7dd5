extension Tensor {
  /// The product of two matrices, A·B: `[m, k]` and `[k, n]` → `[m, n]`.
  ///
  /// - Parameters:
  ///   - other: B, stored as `[n, k]` if `transposed`.
  ///   - transposed: Whether the product is A·Bᵀ.
  public func matrixProduct(_ other: Tensor, transposed: Bool = false) -> Tensor {
    precondition(
      shape.rank == 2 && other.shape.rank == 2 && shape[1] == other.shape[transposed ? 1 : 0],
      "\(shape) times \(other.shape)\(transposed ? " transposed" : "")")
    let (m, k) = (shape[0], shape[1]), n = other.shape[transposed ? 0 : 1]
    let result = Tensor(uninitialized: [m, n]) { destination in
      withUnsafeBuffer { a in
        other.withUnsafeBuffer { b in
          guard let to = destination.baseAddress, let a = a.baseAddress, let b = b.baseAddress
          else { return }
          // Blocks of columns, so that one row too is shared by the threads.
          Parallel.forEachRange(of: n, size: 128) { block in
            Gemm.multiply(
              m: m, n: block.count, k: k, a, rowStride: k,
              b + block.lowerBound * (transposed ? k : 1), rowStride: transposed ? k : n,
              transposed: transposed, into: to + block.lowerBound, rowStride: n)
          }
        }
      }
    }
    guard Tape.records(self, other) else { return result }
    let a = self
    return result.recorded(from: [self, other]) { gradient, isNeeded in
      [
        isNeeded[0] ? gradient.matrixProduct(other, transposed: !transposed) : nil,
        isNeeded[1]
          ? transposed
            ? gradient.permuted([1, 0]).matrixProduct(a)
            : a.permuted([1, 0]).matrixProduct(gradient) : nil,
      ]
    }
  }
}
