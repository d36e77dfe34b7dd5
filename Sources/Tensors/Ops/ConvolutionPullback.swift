/// The gradients of y = epilogue(scale · A(inputScale · x, w)), A a convolution or an
/// up-convolution, linear in both arguments.
struct ConvolutionPullback {
  let x: Tensor
  let inputScale: Tensor?
  let outputScale: Tensor?
  let epilogue: Epilogue
  /// What both of the following begin with, done to every channel alike: the gradient of A's result →
  /// what they take.
  var prepared: (_ gradient: Tensor) -> Tensor = { $0 }
  /// Aᵀ: a gradient and the factors `[N, O]` on its channels → the gradient of A's input.
  let inputGradient: (_ gradient: Tensor, _ scale: Tensor?) -> Tensor
  /// A's input and the gradient of its result, each with the factors on its channels → the gradient of w.
  let weightGradient:
    (_ input: Tensor, _ inputScale: Tensor?, _ gradient: Tensor, _ scale: Tensor?) -> Tensor

  /// What y depends on, in the order of the gradients below.
  func inputs(_ weight: ConvolutionWeight) -> [Tensor?] {
    [x, weight.tensor, inputScale, outputScale, epilogue.bias, epilogue.noise]
  }

  /// The gradients of ``inputs(_:)``.
  func callAsFunction(_ y: Tensor, _ gradient: Tensor, _ isNeeded: [Bool]) -> [Tensor?] {
    var gradients = [Tensor?](repeating: nil, count: 6)
    // Without a tape of its own, what the same elements are needed for is one pass.
    let isPlain = !Tape.records(y, gradient, x, inputScale, outputScale)
    let inner: Tensor
    if isPlain, isNeeded[3], let outputScale {
      let products: Tensor
      (inner, products) = epilogue.pullbackWithProducts(gradient, result: y)
      gradients[3] = products * outputScale.reciprocal()
    } else {
      inner = epilogue.pullback(gradient, result: y)
      if isNeeded[3], let outputScale {
        gradients[3] =
          epilogue.products(gradient, inner, result: y) * outputScale.reciprocal()
      }
    }
    let before = isNeeded[0] || isNeeded[1] || isNeeded[2] ? prepared(inner) : inner
    if isNeeded[0] || isNeeded[2] {
      var unscaled = inputGradient(before, outputScale)
      if isPlain, isNeeded[0], isNeeded[2], let inputScale {
        gradients[2] = unscaled.scalePlanes(by: inputScale, products: x)
        gradients[0] = unscaled
      } else {
        gradients[0] =
          isNeeded[0] ? inputScale.map { unscaled.scaledPlanes($0) } ?? unscaled : nil
        gradients[2] = isNeeded[2] ? x.planeProducts(unscaled) : nil
      }
    }
    if isNeeded[1] {
      gradients[1] = weightGradient(x, inputScale, before, outputScale)
    }
    if isNeeded[4] { gradients[4] = epilogue.biasGradient(inner) }
    if isNeeded[5] { gradients[5] = epilogue.noiseGradient(inner) }
    return gradients
  }
}

extension Epilogue {
  /// Σ over the pixels of `inner` · what came into the epilogue: `[N, C]`.
  ///
  /// What came in is got back from the result y: with the slope of the activation and the gain, it
  /// is y / (slope · gain) − noise − bias, and the gradient is inner = slope · gain · gradient, so
  /// that inner · y / (slope · gain) is gradient · y.
  fileprivate func products(_ gradient: Tensor, _ inner: Tensor, result y: Tensor) -> Tensor {
    let unclamped =
      clamp.map { gradient.scaled(above: 1, below: 1, limit: $0, by: y) } ?? gradient
    var sums = unclamped.planeProducts(y)
    if let noise, noiseStrength != 0 {
      let maps = noise.reshaped([noise.shape[0], 1, y.shape[2], y.shape[3]])
      sums.add(inner.planeProducts(maps), scaledBy: -noiseStrength)
    }
    if let bias {
      let totals = inner.summed(over: [2, 3]).reshaped([y.shape[0], y.shape[1]])
      sums = sums - totals * bias.reshaped([1, bias.count])
    }
    return sums
  }

  /// ``pullback(_:result:)`` and ``products(_:_:result:)`` in one pass over the elements.
  fileprivate func pullbackWithProducts(
    _ gradient: Tensor, result y: Tensor
  ) -> (inner: Tensor, products: Tensor) {
    let (samples, channels, plane) = (y.shape[0], y.shape[1], y.shape[2] * y.shape[3])
    let maps = noiseStrength == 0 ? nil : noise
    var sums = Tensor(zeros: [samples, channels])
    let inner = Tensor(uninitialized: y.shape) { inner in
      sums.withUnsafeMutableBuffer { sums in
        gradient.withUnsafeBuffer { g in
          y.withUnsafeBuffer { y in
            maps.withPointer { maps in
              bias.withPointer { bias in
                guard let to = inner.baseAddress, let g = g.baseAddress, let y = y.baseAddress,
                  let sums = sums.baseAddress
                else { return }
                Parallel.forEachRange(
                  of: samples * channels, size: max(1, 4096 / max(plane, 1))
                ) { range in
                  for index in range {
                    let map = maps.map {
                      $0 + (noise?.shape[0] == 1 ? 0 : index / channels * plane)
                    }
                    let found = pass(
                      to + index * plane, g + index * plane, y + index * plane, map, plane)
                    sums[index] = Float(
                      found.products - Double(noiseStrength) * found.noise
                        - Double(bias?[index % channels] ?? 0) * found.total)
                  }
                }
              }
            }
          }
        }
      }
    }
    return (inner, sums)
  }

  /// One plane: the gradient before the epilogue, Σ gradient · y where y is not clamped, and the sums
  /// of the result and of it times the noise map.
  private func pass(
    _ inner: UnsafeMutablePointer<Float>, _ g: UnsafePointer<Float>, _ y: UnsafePointer<Float>,
    _ map: UnsafePointer<Float>?, _ count: Int
  ) -> (products: Double, noise: Double, total: Double) {
    typealias Lanes = SIMD8<Float>
    let limit = clamp ?? .infinity
    let (above, below) = (Lanes(repeating: gain), Lanes(repeating: gain * slope))
    let (high, low) = (Lanes(repeating: limit), Lanes(repeating: -limit))
    var result = (products: 0.0, noise: 0.0, total: 0.0)
    var i = 0
    while i < count {
      let end = min(i + 256, count)
      var (products, noises, totals) = (Lanes.zero, Lanes.zero, Lanes.zero)
      while i + 8 <= end {
        let here = UnsafeRawPointer(y + i).loadUnaligned(as: Lanes.self)
        var outer = UnsafeRawPointer(g + i).loadUnaligned(as: Lanes.self)
        outer.replace(with: 0, where: (here .>= high) .| (here .<= low))
        let value = outer * below.replacing(with: above, where: here .> 0)
        UnsafeMutableRawPointer(inner + i).storeBytes(of: value, as: Lanes.self)
        products += outer * here
        totals += value
        if let map { noises += value * UnsafeRawPointer(map + i).loadUnaligned(as: Lanes.self) }
        i += 8
      }
      result.products += Double(products.sum())
      result.noise += Double(noises.sum())
      result.total += Double(totals.sum())
      while i < end {
        let outer = abs(y[i]) < limit ? g[i] : 0
        inner[i] = outer * (y[i] > 0 ? gain : gain * slope)
        result.products += Double(outer) * Double(y[i])
        result.total += Double(inner[i])
        if let map { result.noise += Double(inner[i]) * Double(map[i]) }
        i += 1
      }
    }
    return result
  }
}

extension Tensor {
  /// Channels of `[N, C, H, W]` times factors `[N, C]`.
  func scaledPlanes(_ factors: Tensor) -> Tensor {
    self * factors.reshaped([shape[0], shape[1], 1, 1])
  }

  /// Multiplies channels by factors `[N, C]` in place, and gives the sums over pixels of the products
  /// of `x` and what was there before, `[N, C]`; not recorded.
  mutating func scalePlanes(by factors: Tensor, products x: Tensor) -> Tensor {
    let (planes, plane) = (shape[0] * shape[1], shape[2] * shape[3])
    self = detached
    return Tensor(uninitialized: [shape[0], shape[1]]) { sums in
      withUnsafeMutableBuffer { t in
        x.withUnsafeBuffer { x in
          factors.withUnsafeBuffer { factors in
            guard let t = t.baseAddress, let x = x.baseAddress else { return }
            Parallel.forEachRange(of: planes, size: max(1, 4096 / max(plane, 1))) { range in
              for index in range {
                sums[index] = Float(
                  Self.scaleAndDot(
                    t + index * plane, factors[index], x + index * plane, plane))
              }
            }
          }
        }
      }
    }
  }

  /// Σ t · x in double precision, then t ← t · factor.
  private static func scaleAndDot(
    _ t: UnsafeMutablePointer<Float>, _ factor: Float, _ x: UnsafePointer<Float>, _ count: Int
  ) -> Double {
    var total = 0.0, i = 0
    while i < count {
      let end = min(i + 256, count)
      var lanes = SIMD8<Float>.zero
      while i + 8 <= end {
        let value = UnsafeRawPointer(t + i).loadUnaligned(as: SIMD8<Float>.self)
        lanes += value * UnsafeRawPointer(x + i).loadUnaligned(as: SIMD8<Float>.self)
        UnsafeMutableRawPointer(t + i).storeBytes(of: value * factor, as: SIMD8<Float>.self)
        i += 8
      }
      total += Double(lanes.sum())
      while i < end {
        total += Double(t[i]) * Double(x[i])
        t[i] *= factor
        i += 1
      }
    }
    return total
  }
}
