import CKernels
import Foundation

/// Convolution weights `[O, I, kh, kw]` with the forms that kernels derive from them once.
///
/// Networks keep one a layer. Each form is made when it is first used and kept: packed for products,
/// as large as the weights; for Winograd, four times as large.
public final class ConvolutionWeight: Sendable {
  /// The weights as they are correlated with the input (or scattered by a transposed convolution).
  public let tensor: Tensor

  private let prepared = Prepared()

  /// Prepares weights of shape `[O, I, kh, kw]`.
  ///
  /// - Parameter transposed: Whether they are meant for
  ///   ``Tensor/transposedConvolution(_:stride:padding:outputPadding:epilogue:)`` and its modulated
  ///   form.
  public init(_ tensor: Tensor, transposed: Bool = false) {
    precondition(tensor.shape.rank == 4, "convolution weights of shape \(tensor.shape)")
    self.tensor = tensor
    isTransposed = transposed
  }

  /// Whether they are meant for transposed convolution.
  let isTransposed: Bool

  /// The number of output channels.
  public var outputs: Int { tensor.shape[0] }
  /// The number of input channels.
  public var inputs: Int { tensor.shape[1] }
  /// The size of the kernel, rows then columns.
  public var kernel: (height: Int, width: Int) { (tensor.shape[2], tensor.shape[3]) }

  /// Σ over the taps of w²: `[O, I]`, for demodulation.
  public var energy: Tensor {
    if Tape.records(tensor) {
      return tensor.squared().summed(over: [2, 3]).reshaped([outputs, inputs])
    }
    return prepared.energy(sumsOfSquares)
  }

  /// What a convolution's gradient multiplies with: inputs and outputs exchanged.
  enum Adjoint: Hashable {
    /// Kernels reversed, for a convolution.
    case flipped
    /// Kernels as they are, for a transposed convolution.
    case scattered
    /// Kernels as they are, for the convolution that is the gradient of a transposed one.
    case plain
  }

  /// The weights of the gradient's convolution; kept unless they have a tape of their own.
  func adjoint(_ kind: Adjoint) -> ConvolutionWeight {
    if Tape.records(tensor) { return makeAdjoint(kind, tensor) }
    return prepared.adjoint(kind) { makeAdjoint(kind, tensor.detached) }
  }

  private func makeAdjoint(_ kind: Adjoint, _ tensor: Tensor) -> ConvolutionWeight {
    let exchanged = tensor.permuted([1, 0, 2, 3])
    return ConvolutionWeight(
      kind == .flipped ? exchanged.flippedKernels() : exchanged, transposed: kind == .scattered)
  }

  /// What kernels make of the weights.
  enum Form: Hashable {
    /// Rows of the matrix `[O, I·kh·kw]`, packed for the register tile.
    case direct
    /// The matrix `[O·kh·kw, I]`, packed: every input pixel times every tap.
    case scattered
    /// The 36 matrices of F(4×4, 3×3), packed.
    case winograd
    /// The 36 matrices of the ×2 up-convolution, packed.
    case upWinograd
  }

  /// The weights in one form, made at the first call.
  func form(_ form: Form) -> Tensor {
    prepared.form(form) {
      let rows = Int(atelier_tile_rows()), taps = kernel.height * kernel.width
      let lines = form == .scattered ? outputs * taps : outputs
      let (matrices, depth) =
        switch form {
        case .direct: (1, inputs * taps)
        case .scattered: (1, inputs)
        case .winograd, .upWinograd: (36, inputs)
        }
      let groups = (lines + rows - 1) / rows
      // Kernels read what is made of them; the file has them still.
      defer { tensor.release() }
      return Tensor(lasting: [matrices, groups, depth, rows]) { packed in
        tensor.withUnsafeBuffer { w in
          guard let to = packed.baseAddress, let w = w.baseAddress else { return }
          Parallel.forEachRange(of: groups, size: 4) { range in
            let (first, last) = (Int32(range.lowerBound), Int32(range.upperBound))
            switch form {
            case .direct:
              atelier_pack_weights(
                to, w, 1, Int32(outputs), Int32(depth), 0, depth, 1, first, last)
            case .scattered:
              atelier_pack_scattered(
                to, w, Int32(outputs), Int32(inputs), Int32(taps), first, last)
            case .winograd, .upWinograd:
              atelier_pack_winograd(
                to, w, Int32(outputs), Int32(depth), form == .upWinograd ? 1 : 0, first, last)
            }
          }
        }
      }
    }
  }

  private func sumsOfSquares() -> Tensor {
    let taps = kernel.height * kernel.width
    return Tensor(uninitialized: [outputs, inputs]) { energy in
      tensor.withUnsafeBuffer { w in
        guard let to = energy.baseAddress, let w = w.baseAddress else { return }
        Parallel.forEachRange(of: outputs * inputs, size: 16384) { range in
          for index in range { to[index] = Float(atelier_sum_of_squares(w + index * taps, taps)) }
        }
      }
    }
  }

  private final class Prepared: @unchecked Sendable {
    private let lock = NSLock()
    private var forms: [Form: Tensor] = [:]
    private var adjoints: [Adjoint: ConvolutionWeight] = [:]
    private var energy: Tensor?

    func energy(_ make: () -> Tensor) -> Tensor {
      lock.withLock {
        if let energy { return energy }
        let made = make()
        energy = made
        return made
      }
    }

    func adjoint(_ kind: Adjoint, _ make: () -> ConvolutionWeight) -> ConvolutionWeight {
      lock.withLock {
        if let made = adjoints[kind] { return made }
        let made = make()
        adjoints[kind] = made
        return made
      }
    }

    func form(_ form: Form, _ make: () -> Tensor) -> Tensor {
      lock.withLock {
        if let made = forms[form] { return made }
        let made = make()
        forms[form] = made
        return made
      }
    }
  }
}

extension Tensor {
  /// Convolution weights with both spatial axes reversed.
  public func flippedKernels() -> Tensor {
    let taps = shape[2] * shape[3]
    let result = Tensor(uninitialized: shape) { flipped in
      withUnsafeBuffer { w in
        Parallel.forEachRange(of: shape[0] * shape[1], size: 1 << 12) { range in
          for kernel in range {
            for tap in 0..<taps { flipped[kernel * taps + tap] = w[(kernel + 1) * taps - 1 - tap] }
          }
        }
      }
    }
    guard Tape.records(self) else { return result }
    return result.recorded(from: [self]) { gradient, _ in [gradient.flippedKernels()] }
  }
}
