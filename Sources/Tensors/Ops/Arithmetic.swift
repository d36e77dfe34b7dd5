import CKernels

extension Tensor {
  /// The elementwise sum; shapes are broadcast.
  public static func + (a: Tensor, b: Tensor) -> Tensor {
    let result = combined(a, b) { $0 + $1 }
    guard Tape.records(a, b) else { return result }
    return result.recorded(from: [a, b]) { [a = a.shape, b = b.shape] gradient, isNeeded in
      [
        isNeeded[0] ? gradient.summed(to: a) : nil, isNeeded[1] ? gradient.summed(to: b) : nil,
      ]
    }
  }

  /// The elementwise difference; shapes are broadcast.
  public static func - (a: Tensor, b: Tensor) -> Tensor {
    guard a.shape == b.shape else { return a + b * -1 }
    let result = combined(a, b) { $0 - $1 }
    guard Tape.records(a, b) else { return result }
    return result.recorded(from: [a, b]) { gradient, isNeeded in
      [gradient, isNeeded[1] ? -gradient : nil]
    }
  }

  /// The elementwise product; shapes are broadcast.
  public static func * (a: Tensor, b: Tensor) -> Tensor {
    let result = combined(a, b) { $0 * $1 }
    guard Tape.records(a, b) else { return result }
    return result.recorded(from: [a, b]) { gradient, isNeeded in
      [
        isNeeded[0] ? gradient.productSum(b, to: a.shape) : nil,
        isNeeded[1] ? gradient.productSum(a, to: b.shape) : nil,
      ]
    }
  }

  /// The elementwise quotient; shapes are broadcast.
  public static func / (a: Tensor, b: Tensor) -> Tensor { a * b.reciprocal() }

  /// Every element times `factor`.
  public static func * (a: Tensor, factor: Float) -> Tensor {
    let result = Tensor(uninitialized: a.shape) { destination in
      a.withUnsafeBuffer { source in
        guard let to = destination.baseAddress, let from = source.baseAddress else { return }
        Parallel.forEachRange(of: source.count, size: 1 << 16) { range in
          atelier_scale(to + range.lowerBound, from + range.lowerBound, factor, range.count)
        }
      }
    }
    guard Tape.records(a) else { return result }
    return result.recorded(from: [a]) { gradient, _ in [gradient * factor] }
  }

  /// Every element plus `offset`.
  public static func + (a: Tensor, offset: Float) -> Tensor {
    let result = a.mapped { $0 + offset }
    guard Tape.records(a) else { return result }
    return result.recorded(from: [a]) { gradient, _ in [gradient] }
  }

  /// Every element with the other sign.
  public static prefix func - (a: Tensor) -> Tensor { a * -1 }

  /// Adds `factor` · `other`, in place unless tracked; `other` has the same shape.
  public mutating func add(_ other: Tensor, scaledBy factor: Float = 1) {
    precondition(shape == other.shape, "cannot add \(other.shape) to \(shape)")
    if isTracked || other.isTracked {
      let a = self
      var sum = detached
      sum.add(other.detached, scaledBy: factor)
      self = sum.recorded(from: [a, other]) { gradient, isNeeded in
        [gradient, isNeeded[1] ? (factor == 1 ? gradient : gradient * factor) : nil]
      }
      return
    }
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

  /// Σ self · other, summed to `target` as ``summed(to:)`` does; over whole planes in one pass.
  func productSum(_ other: Tensor, to target: Shape) -> Tensor {
    if shape == other.shape, shape.rank == 4, target == [shape[0], shape[1], 1, 1] {
      return planeProducts(other).reshaped(target)
    }
    return (self * other).summed(to: target)
  }

  /// The sum over pixels of the products of two pictures: `[N, C, H, W]` and the same, or with one
  /// sample or channel for all → `[N, C]`.
  public func planeProducts(_ other: Tensor) -> Tensor {
    precondition(
      shape.rank == 4 && other.shape.rank == 4 && [1, shape[0]].contains(other.shape[0])
        && [1, shape[1]].contains(other.shape[1]) && shape[2] == other.shape[2]
        && shape[3] == other.shape[3], "the planes of \(shape) times those of \(other.shape)")
    let (samples, channels, plane) = (shape[0], shape[1], shape[2] * shape[3])
    let (stepSample, stepChannel) = (
      other.shape[0] == 1 ? 0 : other.shape[1], other.shape[1] == 1 ? 0 : 1
    )
    let sums = Tensor(uninitialized: [samples, channels]) { sums in
      withUnsafeBuffer { a in
        other.withUnsafeBuffer { b in
          guard let a = a.baseAddress, let b = b.baseAddress else { return }
          Parallel.forEachRange(
            of: samples * channels, size: max(1, 4096 / max(plane, 1))
          ) { range in
            for index in range {
              let match = index / channels * stepSample + index % channels * stepChannel
              sums[index] = Float(Self.doubleDot(a + index * plane, b + match * plane, plane))
            }
          }
        }
      }
    }
    guard Tape.records(self, other) else { return sums }
    let a = self
    return sums.recorded(from: [self, other]) { gradient, isNeeded in
      let factors = gradient.reshaped([samples, channels, 1, 1])
      return [
        isNeeded[0] ? other * factors : nil,
        isNeeded[1] ? (a * factors).summed(to: other.shape) : nil,
      ]
    }
  }

  /// The mean over the first axis, summed in double precision: `[N, …]` → `[…]`.
  public func meanOverFirstAxis() -> Tensor {
    let rest = Shape(Array(shape.dimensions.dropFirst())), samples = shape[0]
    let result = Tensor(uninitialized: rest) { destination in
      withUnsafeBuffer { source in
        for i in destination.indices {
          var sum = 0.0
          for n in 0..<samples { sum += Double(source[n * rest.count + i]) }
          destination[i] = Float(sum / Double(samples))
        }
      }
    }
    guard Tape.records(self) else { return result }
    return result.recorded(from: [self]) { [shape] gradient, _ in
      [(gradient * (1 / Float(samples))).broadcast(to: shape)]
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

  /// Whether every element is a number and not infinite.
  public var isFinite: Bool {
    // x · 0 is 0 of finite numbers, and not a number of all others; so is their sum.
    let piece = 1 << 15, pieces = (count + piece - 1) / piece
    let sums = Tensor(uninitialized: [pieces]) { sums in
      withUnsafeBuffer { values in
        guard let values = values.baseAddress else { return }
        Parallel.forEach(pieces) { index in
          let end = min((index + 1) * piece, count)
          var lanes = SIMD16<Float>.zero, rest: Float = 0, i = index * piece
          while i + 16 <= end {
            lanes += UnsafeRawPointer(values + i).loadUnaligned(as: SIMD16<Float>.self) * 0
            i += 16
          }
          while i < end {
            rest += values[i] * 0
            i += 1
          }
          sums[index] = lanes.sum() + rest
        }
      }
    }
    return sums.scalars.allSatisfy { $0 == 0 }
  }

  /// `operation` on the elements of two tensors under broadcasting; not recorded.
  @inline(__always)
  private static func combined(
    _ a: Tensor, _ b: Tensor, _ operation: (Float, Float) -> Float
  ) -> Tensor {
    guard let shape = a.shape.broadcast(with: b.shape) else {
      preconditionFailure("shapes \(a.shape) and \(b.shape) do not fit")
    }
    let loops = BroadcastLoops(a.shape, b.shape, result: shape)
    return Tensor(uninitialized: shape) { destination in
      a.withUnsafeBuffer { a in
        b.withUnsafeBuffer { b in
          guard let to = destination.baseAddress, let a = a.baseAddress, let b = b.baseAddress
          else { return }
          loops.forEachRun { run in
            let (y, a, b) = (to + run.start, a + run.a, b + run.b)
            switch (loops.innerA, loops.innerB) {
            case (1, 1): for i in 0..<run.count { y[i] = operation(a[i], b[i]) }
            case (1, 0):
              let b = b[0]
              for i in 0..<run.count { y[i] = operation(a[i], b) }
            case (0, 1):
              let a = a[0]
              for i in 0..<run.count { y[i] = operation(a, b[i]) }
            default:
              let (a, b) = (a[0], b[0])
              for i in 0..<run.count { y[i] = operation(a, b) }
            }
          }
        }
      }
    }
  }

  /// Σ a · b in double precision, in a fixed order.
  private static func doubleDot(
    _ a: UnsafePointer<Float>, _ b: UnsafePointer<Float>, _ count: Int
  ) -> Double {
    var total = 0.0, i = 0
    // Products of a short run fit single precision well enough; runs add up in double.
    while i < count {
      let end = min(i + 256, count)
      var lanes = SIMD16<Float>(repeating: 0)
      while i + 16 <= end {
        lanes +=
          UnsafeRawPointer(a + i).loadUnaligned(as: SIMD16<Float>.self)
          * UnsafeRawPointer(b + i).loadUnaligned(as: SIMD16<Float>.self)
        i += 16
      }
      total += Double(lanes.sum())
      while i < end {
        total += Double(a[i]) * Double(b[i])
        i += 1
      }
    }
    return total
  }
}
