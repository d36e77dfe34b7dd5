import Foundation

extension Tensor {
  /// 1 / x.
  public func reciprocal() -> Tensor {
    let result = mapped { 1 / $0 }
    guard Tape.records(self) else { return result }
    return result.recorded(
      from: [self], withResult: { y, gradient, _ in [gradient * (y * y) * -1] })
  }

  /// x².
  public func squared() -> Tensor {
    let result = mapped { $0 * $0 }
    guard Tape.records(self) else { return result }
    let x = self
    return result.recorded(from: [self]) { gradient, _ in [gradient * x * 2] }
  }

  /// √x, of elements above 0 where a gradient is asked for.
  public func squareRoot() -> Tensor {
    let result = mapped { $0.squareRoot() }
    guard Tape.records(self) else { return result }
    return result.recorded(
      from: [self], withResult: { y, gradient, _ in [gradient * y.reciprocal() * 0.5] })
  }

  /// 1 / √x, of elements above 0.
  public func reciprocalSquareRoot() -> Tensor {
    let result = mapped { 1 / $0.squareRoot() }
    guard Tape.records(self) else { return result }
    return result.recorded(
      from: [self], withResult: { y, gradient, _ in [gradient * (y * y * y) * -0.5] })
  }

  /// eˣ.
  public func exponential() -> Tensor {
    let result = mapped { Foundation.exp($0) }
    guard Tape.records(self) else { return result }
    return result.recorded(from: [self], withResult: { y, gradient, _ in [gradient * y] })
  }

  /// ln x, of elements above 0.
  public func logarithm() -> Tensor {
    let result = mapped { Foundation.log($0) }
    guard Tape.records(self) else { return result }
    let x = self
    return result.recorded(from: [self]) { gradient, _ in [gradient * x.reciprocal()] }
  }

  /// sin x.
  public func sine() -> Tensor {
    let result = mapped { Foundation.sin($0) }
    guard Tape.records(self) else { return result }
    let x = self
    return result.recorded(from: [self]) { gradient, _ in [gradient * x.cosine()] }
  }

  /// cos x.
  public func cosine() -> Tensor {
    let result = mapped { Foundation.cos($0) }
    guard Tape.records(self) else { return result }
    let x = self
    return result.recorded(from: [self]) { gradient, _ in [gradient * x.sine() * -1] }
  }

  /// tanh x.
  public func hyperbolicTangent() -> Tensor {
    let result = mapped { Foundation.tanh($0) }
    guard Tape.records(self) else { return result }
    return result.recorded(
      from: [self], withResult: { y, gradient, _ in [gradient * (y.squared() * -1 + 1)] })
  }

  /// 1 / (1 + e⁻ˣ).
  public func sigmoid() -> Tensor {
    let result = mapped { x in
      // Either way the exponential stays finite.
      x >= 0 ? 1 / (1 + Foundation.exp(-x)) : Foundation.exp(x) / (1 + Foundation.exp(x))
    }
    guard Tape.records(self) else { return result }
    return result.recorded(
      from: [self], withResult: { y, gradient, _ in [gradient * (y - y.squared())] })
  }

  /// ln(1 + eˣ), the logistic loss of −x.
  public func softplus() -> Tensor {
    let result = mapped { x in max(x, 0) + Foundation.log1p(Foundation.exp(-abs(x))) }
    guard Tape.records(self) else { return result }
    let x = self
    return result.recorded(from: [self]) { gradient, _ in [gradient * x.sigmoid()] }
  }

  /// |x|; the gradient at 0 is 0.
  public func magnitude() -> Tensor {
    let result = mapped { abs($0) }
    guard Tape.records(self) else { return result }
    let sign = mapped { $0 > 0 ? 1 : $0 < 0 ? -1 : 0 }
    return result.recorded(from: [self]) { gradient, _ in [gradient * sign] }
  }

  /// Elements within `lower` … `upper`, the nearer border for others; the gradient outside is 0.
  public func clamped(_ lower: Float, _ upper: Float) -> Tensor {
    precondition(lower <= upper, "a clamp to \(lower) … \(upper)")
    let result = mapped { min(max($0, lower), upper) }
    guard Tape.records(self) else { return result }
    let inside = mapped { $0 >= lower && $0 <= upper ? 1 : 0 }
    return result.recorded(from: [self]) { gradient, _ in [gradient * inside] }
  }

  /// `function` of every element, on several threads; not recorded.
  @inline(__always)
  func mapped(_ function: (Float) -> Float) -> Tensor {
    Tensor(uninitialized: shape) { destination in
      withUnsafeBuffer { source in
        guard let to = destination.baseAddress, let from = source.baseAddress else { return }
        Parallel.forEachRange(of: source.count, size: 1 << 15) { range in
          for i in range { to[i] = function(from[i]) }
        }
      }
    }
  }
}
