import CKernels

/// The nonlinearity of StyleGAN3 (Karras et al., arXiv 2106.12423, section 3): upsampled so that
/// it makes no frequencies that the result cannot hold, then filtered and downsampled again.
public struct FilteredLeakyReLU: Sendable {
  /// The low-pass filter of the upsampling; `nil` for none.
  public var upFilter: ResampleFilter?
  /// The low-pass filter of the downsampling; `nil` for none.
  public var downFilter: ResampleFilter?
  /// The factor of the upsampling.
  public var up: Int
  /// The factor of the downsampling.
  public var down: Int
  /// Padding of the upsampled picture before and after on both axes; negative values crop.
  public var padding: (before: Int, after: Int)
  /// The slope below zero; 1 for no nonlinearity.
  public var slope: Float
  /// The factor after the nonlinearity.
  public var gain: Float
  /// Results of the nonlinearity are clamped to ± this; `nil` for no clamp.
  public var clamp: Float?

  /// A filtered nonlinearity; see the properties.
  public init(
    upFilter: ResampleFilter? = nil, downFilter: ResampleFilter? = nil, up: Int = 1, down: Int = 1,
    padding: (before: Int, after: Int) = (0, 0), slope: Float = 0.2,
    gain: Float = Float(2).squareRoot(), clamp: Float? = nil
  ) {
    (self.upFilter, self.downFilter, self.up, self.down) = (upFilter, downFilter, up, down)
    (self.padding, self.slope, self.gain, self.clamp) = (padding, slope, gain, clamp)
  }

  /// The whole as one kernel, for planes of `height` × `width`; `nil` for filters of a form that it
  /// does not take. The taps are those of the upsampling, then those of the downsampling.
  fileprivate func kernel(height: Int, width: Int) -> (sizes: atelier_filtered, taps: [Float])? {
    let upTaps = upFilter?.taps ?? Tensor([1], shape: [1])
    let downTaps = downFilter?.taps ?? Tensor([1], shape: [1])
    guard upTaps.shape.rank == 1, up >= 1, down >= 1,
      downTaps.shape.rank == 1 || downTaps.shape[0] == downTaps.shape[1]
    else { return nil }
    var sizes = atelier_filtered()
    (sizes.up_taps, sizes.down_taps) = (Int32(upTaps.shape[0]), Int32(downTaps.shape[0]))
    (sizes.up, sizes.down, sizes.before) = (Int32(up), Int32(down), Int32(padding.before))
    sizes.is_radial = downTaps.shape.rank == 2 ? 1 : 0
    (sizes.height, sizes.width) = (Int32(height), Int32(width))
    (sizes.slope, sizes.gain, sizes.limit) = (slope, gain, clamp ?? .infinity)
    // Zeros that end before the picture does would need a crop at the far end: `up_width` does it.
    func size(_ count: Int) -> (up: Int, out: Int) {
      let wide = count * up + padding.before + padding.after - upTaps.shape[0] + 1
      return (wide, (wide - downTaps.shape[0]) / down + 1)
    }
    let (across, along) = (size(width), size(height))
    guard across.up >= downTaps.shape[0], along.up >= downTaps.shape[0] else { return nil }
    (sizes.up_width, sizes.out_width) = (Int32(across.up), Int32(across.out))
    sizes.out_height = Int32(along.out)
    let taps = upTaps.scalars.reversed().map { $0 * Float(up) } + downTaps.scalars.reversed()
    return (sizes, taps)
  }

  /// The resampling before the nonlinearity.
  fileprivate var before: [Resampling] {
    let (p0, p1) = padding
    return Self.steps(
      upFilter, up: up, down: 1, padding: Padding(before: p0, after: p1), gain: Float(up * up),
      verticalFirst: false)
  }

  /// The resampling after it.
  fileprivate var after: [Resampling] {
    Self.steps(downFilter, up: 1, down: down, padding: .none, gain: 1, verticalFirst: true)
  }

  /// One resampling: along one axis and then the other for a separable filter, in whichever order
  /// keeps the plane between them small.
  private static func steps(
    _ filter: ResampleFilter?, up: Int, down: Int, padding: Padding, gain: Float,
    verticalFirst: Bool
  ) -> [Resampling] {
    guard let filter, filter.taps.shape.rank == 1 else {
      if filter == nil, up == 1, down == 1, padding == .none { return [] }
      return [
        Resampling(
          filter: filter, up: (up, up), down: (down, down), padding: padding, gain: gain)
      ]
    }
    let taps = filter.taps, count = taps.count, root = gain.squareRoot()
    func along(_ isVertical: Bool) -> Resampling {
      Resampling(
        filter: ResampleFilter(taps: taps.reshaped(isVertical ? [count, 1] : [1, count])),
        up: isVertical ? (1, up) : (up, 1), down: isVertical ? (1, down) : (down, 1),
        padding: Padding(
          left: isVertical ? 0 : padding.left, right: isVertical ? 0 : padding.right,
          top: isVertical ? padding.top : 0, bottom: isVertical ? padding.bottom : 0),
        gain: root)
    }
    return [along(verticalFirst), along(!verticalFirst)]
  }

  /// Multiplies `t` by the slope of the nonlinearity at `u`.
  fileprivate func multiply(
    _ t: UnsafeMutablePointer<Float>, bySlopeAt u: UnsafePointer<Float>, count: Int
  ) {
    let (above, below, limit) = (gain, gain * slope, clamp ?? .infinity)
    for i in 0..<count {
      let factor = u[i] > 0 ? above : below
      t[i] *= abs(u[i] * factor) < limit ? factor : 0
    }
  }
}

/// Resampling steps one after the other, for planes of one size.
private struct ResamplingChain {
  private(set) var plans: [UpfirdnPlan] = []
  private(set) var adjointPlans: [UpfirdnPlan] = []
  private(set) var height: Int
  private(set) var width: Int
  /// The most elements that a plane on the way has.
  private(set) var largest: Int

  init(_ steps: [Resampling], height: Int, width: Int) {
    (self.height, self.width, largest) = (height, width, height * width)
    for step in steps {
      let plan = UpfirdnPlan(height: self.height, width: self.width, step)
      adjointPlans.append(
        UpfirdnPlan(
          height: plan.outHeight, width: plan.outWidth,
          step.adjoint(height: self.height, width: self.width)))
      plans.append(plan)
      (self.height, self.width) = (plan.outHeight, plan.outWidth)
      largest = max(largest, self.height * self.width)
    }
    adjointPlans.reverse()
  }

  /// Runs `plans`, going back and forth between two planes; the result lies in one of them, unless
  /// there is nothing to do.
  static func run(
    _ plans: [UpfirdnPlan], from x: UnsafePointer<Float>, _ first: UnsafeMutablePointer<Float>,
    _ second: UnsafeMutablePointer<Float>
  ) -> UnsafePointer<Float> {
    var current = x
    for (index, plan) in plans.enumerated() {
      let next = index % 2 == 0 ? first : second
      plan.run(next, from: current)
      current = UnsafePointer(next)
    }
    return current
  }
}

extension Tensor {
  /// Upsample → lrelu · gain → clamp → downsample: `[N, C, H, W]` → `[N, C, H′, W′]`.
  ///
  /// H′ = ((H·up + before + after − up taps + 1) − down taps) / down + 1, rounded down.
  public func filteredLeakyReLU(_ activation: FilteredLeakyReLU) -> Tensor {
    let kernel = activation.kernel(height: shape[2], width: shape[3])
    let y = kernel.map { filteredLeakyReLU($0.sizes, $0.taps) } ?? filteredStepByStep(activation)
    guard Tape.records(self) else { return y }
    let x = self
    return y.recorded(from: [self]) { gradient, _ in
      [gradient.filteredLeakyReLUDerivative(activation, at: x, isAdjoint: true)]
    }
  }

  /// ``filteredLeakyReLU(_:)`` for filters of any form, one resampling after the other.
  private func filteredStepByStep(_ activation: FilteredLeakyReLU) -> Tensor {
    let before = ResamplingChain(activation.before, height: shape[2], width: shape[3])
    let after = ResamplingChain(activation.after, height: before.height, width: before.width)
    let room = max(before.largest, after.largest), size = shape[2] * shape[3]
    let middle = before.height * before.width, outSize = after.height * after.width
    return Tensor(uninitialized: [shape[0], shape[1], after.height, after.width]) { result in
      withUnsafeBuffer { source in
        guard let to = result.baseAddress, let from = source.baseAddress else { return }
        Parallel.forEach(shape[0] * shape[1]) { plane in
          Scratch.withFloats(3 * room) { scratch in
            let u = ResamplingChain.run(
              before.plans, from: from + plane * size, scratch, scratch + room)
            let bent = scratch + 2 * room
            atelier_bias_act(
              bent, u, nil, 0, 1, 0, Activation.lrelu.code, activation.slope, activation.gain,
              activation.clamp ?? -1, middle)
            (to + plane * outSize).update(
              from: ResamplingChain.run(after.plans, from: bent, scratch, scratch + room),
              count: outSize)
          }
        }
      }
    }
  }

  /// The derivative of ``filteredLeakyReLU(_:)`` at `x` along this tensor, of `x`'s shape; or
  /// (`isAdjoint`) the gradient at `x` whose gradient at the result is this.
  ///
  /// It is linear, and does not change with `x` but at kinks.
  private func filteredLeakyReLUDerivative(
    _ activation: FilteredLeakyReLU, at x: Tensor, isAdjoint: Bool
  ) -> Tensor {
    let before = ResamplingChain(activation.before, height: x.shape[2], width: x.shape[3])
    let after = ResamplingChain(activation.after, height: before.height, width: before.width)
    let room = max(before.largest, after.largest), middle = before.height * before.width
    let size = x.shape[2] * x.shape[3], outSize = after.height * after.width
    let first = isAdjoint ? after.adjointPlans : before.plans
    let second = isAdjoint ? before.adjointPlans : after.plans
    let (fromSize, toSize) = isAdjoint ? (outSize, size) : (size, outSize)
    let resultShape: Shape =
      isAdjoint ? x.shape : [shape[0], shape[1], after.height, after.width]
    let result = Tensor(uninitialized: resultShape) { result in
      withUnsafeBuffer { source in
        x.withUnsafeBuffer { x in
          guard let to = result.baseAddress, let from = source.baseAddress, let x = x.baseAddress
          else { return }
          Parallel.forEach(shape[0] * shape[1]) { plane in
            Scratch.withFloats(5 * room) { scratch in
              let (a, b) = (scratch + 2 * room, scratch + 3 * room)
              let u = ResamplingChain.run(
                before.plans, from: x + plane * size, scratch, scratch + room)
              let t = scratch + 4 * room
              t.update(
                from: ResamplingChain.run(first, from: from + plane * fromSize, a, b),
                count: middle)
              activation.multiply(t, bySlopeAt: u, count: middle)
              (to + plane * toSize).update(
                from: ResamplingChain.run(second, from: t, a, b), count: toSize)
            }
          }
        }
      }
    }
    guard Tape.records(self) else { return result }
    let x = x.detached
    return result.recorded(from: [self]) { gradient, _ in
      [gradient.filteredLeakyReLUDerivative(activation, at: x, isAdjoint: !isAdjoint)]
    }
  }

  private func filteredLeakyReLU(_ sizes: atelier_filtered, _ taps: [Float]) -> Tensor {
    let (height, width) = (Int(sizes.out_height), Int(sizes.out_width))
    let strips = (height + 15) / 16, plane = Int(sizes.height * sizes.width)
    return Tensor(uninitialized: [shape[0], shape[1], height, width]) { result in
      withUnsafeBuffer { source in
        taps.withUnsafeBufferPointer { taps in
          guard let to = result.baseAddress, let from = source.baseAddress,
            let filter = taps.baseAddress
          else { return }
          var call = sizes
          (call.up_filter, call.down_filter) = (filter, filter + Int(sizes.up_taps))
          withUnsafePointer(to: call) { call in
            Parallel.forEach(shape[0] * shape[1]) { index in
              Scratch.withFloats(atelier_filtered_room(call)) { work in
                for strip in 0..<strips {
                  atelier_filtered_lrelu(
                    call, to + index * height * width, from + index * plane, Int32(16 * strip),
                    Int32(min(16 * strip + 16, height)), work)
                }
              }
            }
          }
        }
      }
    }
  }

  /// The modulated convolution of StyleGAN3: as ``modulatedConvolution(_:styles:demodulate:up:epilogue:)``,
  /// but padded by k − 1 on every side, so that the result is k − 1 larger: `[N, I, H, W]` →
  /// `[N, O, H + k − 1, W + k − 1]`.
  ///
  /// - Parameters:
  ///   - weight: `[O, I, k, k]`.
  ///   - styles: `[N, I]`.
  ///   - demodulate: Whether outputs are normalised.
  ///   - gain: A factor on the outputs, after their normalisation.
  ///   - bias: Added at the end, `[O]`.
  public func fullModulatedConvolution(
    _ weight: ConvolutionWeight, styles: Tensor, demodulate: Bool = true, gain: Float = 1,
    bias: Tensor? = nil
  ) -> Tensor {
    precondition(
      styles.shape == [shape[0], weight.inputs], "styles \(styles.shape) for \(weight.tensor.shape)"
    )
    let factors =
      demodulate
      ? styles.demodulationFactors(weight.energy) * gain
      : Tensor(repeating: gain, shape: [shape[0], weight.outputs])
    return convolution(
      weight, inputScale: styles, outputScale: factors, stride: 1,
      padding: weight.kernel.height - 1, epilogue: Epilogue(bias: bias))
  }
}
