import CKernels

/// Convolution weights `[O, I, kh, kw]` with the forms that kernels derive from them once.
///
/// Networks keep one a layer. Faster kernels add their own prepared forms here.
public final class ConvolutionWeight: Sendable {
  /// The weights as they are correlated with the input (or scattered by a transposed convolution).
  public let tensor: Tensor

  /// Σ over the taps of w²: `[O, I]`, for demodulation.
  public let energy: Tensor

  /// For transposed convolution as one matrix product: `[O·kh·kw, I]`.
  let scattered: Tensor?

  /// Prepares weights of shape `[O, I, kh, kw]`.
  ///
  /// - Parameter transposed: Whether they are meant for ``Tensor/transposedConvolution(_:stride:)``
  ///   and its modulated form.
  public init(_ tensor: Tensor, transposed: Bool = false) {
    precondition(tensor.shape.rank == 4, "convolution weights of shape \(tensor.shape)")
    self.tensor = tensor
    let (o, i, taps) = (tensor.shape[0], tensor.shape[1], tensor.shape[2] * tensor.shape[3])
    energy = Tensor(uninitialized: [o, i]) { energy in
      tensor.withUnsafeBuffer { w in
        guard let w = w.baseAddress else { return }
        for index in 0..<o * i {
          energy[index] = Float(atelier_sum_of_squares(w + index * taps, taps))
        }
      }
    }
    scattered = transposed ? Self.scatterMatrix(tensor) : nil
  }

  /// The number of output channels.
  public var outputs: Int { tensor.shape[0] }
  /// The number of input channels.
  public var inputs: Int { tensor.shape[1] }
  /// The size of the kernel, rows then columns.
  public var kernel: (height: Int, width: Int) { (tensor.shape[2], tensor.shape[3]) }

  private static func scatterMatrix(_ tensor: Tensor) -> Tensor {
    let (o, i, taps) = (tensor.shape[0], tensor.shape[1], tensor.shape[2] * tensor.shape[3])
    return Tensor(uninitialized: [o * taps, i]) { matrix in
      tensor.withUnsafeBuffer { w in
        for output in 0..<o {
          for input in 0..<i {
            for tap in 0..<taps {
              matrix[(output * taps + tap) * i + input] = w[(output * i + input) * taps + tap]
            }
          }
        }
      }
    }
  }
}

extension Tensor {
  /// Convolution weights with both spatial axes reversed.
  public func flippedKernels() -> Tensor {
    let taps = shape[2] * shape[3]
    return Tensor(uninitialized: shape) { flipped in
      withUnsafeBuffer { w in
        for kernel in 0..<shape[0] * shape[1] {
          for tap in 0..<taps { flipped[kernel * taps + tap] = w[(kernel + 1) * taps - 1 - tap] }
        }
      }
    }
  }
}
