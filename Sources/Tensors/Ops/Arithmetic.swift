import CKernels

extension Tensor {
  /// The elementwise sum of two tensors of one shape.
  public static func + (a: Tensor, b: Tensor) -> Tensor {
    var result = a
    result.add(b)
    return result
  }

  /// The elementwise difference of two tensors of one shape.
  public static func - (a: Tensor, b: Tensor) -> Tensor {
    var result = a
    result.add(b, scaledBy: -1)
    return result
  }

  /// Every element times `factor`.
  public static func * (a: Tensor, factor: Float) -> Tensor {
    Tensor(uninitialized: a.shape) { destination in
      a.withUnsafeBuffer { source in
        guard let to = destination.baseAddress, let from = source.baseAddress else { return }
        atelier_scale(to, from, factor, source.count)
      }
    }
  }

  /// Adds `factor` · `other` in place; `other` has the same shape.
  public mutating func add(_ other: Tensor, scaledBy factor: Float = 1) {
    precondition(shape == other.shape, "cannot add \(other.shape) to \(shape)")
    withUnsafeMutableBuffer { destination in
      other.withUnsafeBuffer { source in
        guard let to = destination.baseAddress, let from = source.baseAddress else { return }
        Parallel.forEachRange(of: source.count, size: 1 << 18) { range in
          atelier_add_scaled(
            to + range.lowerBound, from + range.lowerBound, factor, range.count)
        }
      }
    }
  }

  /// The mean over the first axis, summed in double precision: `[N, …]` → `[…]`.
  public func meanOverFirstAxis() -> Tensor {
    let rest = Shape(Array(shape.dimensions.dropFirst()))
    return Tensor(uninitialized: rest) { destination in
      withUnsafeBuffer { source in
        for i in destination.indices {
          var sum = 0.0
          for n in 0..<shape[0] { sum += Double(source[n * rest.count + i]) }
          destination[i] = Float(sum / Double(shape[0]))
        }
      }
    }
  }

  /// The largest absolute element; 0 for an empty tensor, NaN if there is one.
  public var largestMagnitude: Float {
    withUnsafeBuffer { values in
      var largest: Float = 0
      for value in values {
        if value.isNaN { return value }
        largest = max(largest, abs(value))
      }
      return largest
    }
  }
}
