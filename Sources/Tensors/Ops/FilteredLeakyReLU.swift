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

  /// The steps before the nonlinearity and after it, for planes of `height` × `width`.
  fileprivate func plans(height: Int, width: Int) -> (before: [UpfirdnPlan], after: [UpfirdnPlan]) {
    let (p0, p1) = padding
    let before = Self.plans(
      upFilter, height: height, width: width, up: up, down: 1,
      padding: Padding(before: p0, after: p1), gain: Float(up * up), verticalFirst: false)
    let (h, w) = before.last.map { ($0.outHeight, $0.outWidth) } ?? (height, width)
    let after = Self.plans(
      downFilter, height: h, width: w, up: 1, down: down, padding: .none, gain: 1,
      verticalFirst: true)
    return (before, after)
  }

  /// One resampling: along one axis and then the other for a separable filter, in whichever order
  /// keeps the plane between them small.
  private static func plans(
    _ filter: ResampleFilter?, height: Int, width: Int, up: Int, down: Int, padding: Padding,
    gain: Float, verticalFirst: Bool
  ) -> [UpfirdnPlan] {
    guard let filter, filter.taps.shape.rank == 1 else {
      if filter == nil, up == 1, down == 1, padding == .none { return [] }
      return [
        UpfirdnPlan(
          height: height, width: width, filter: filter, up: (up, up), down: (down, down),
          padding: padding, gain: gain)
      ]
    }
    let taps = filter.taps, count = taps.count, root = gain.squareRoot()
    func along(_ isVertical: Bool, height: Int, width: Int) -> UpfirdnPlan {
      UpfirdnPlan(
        height: height, width: width,
        filter: ResampleFilter(taps: taps.reshaped(isVertical ? [count, 1] : [1, count])),
        up: isVertical ? (1, up) : (up, 1), down: isVertical ? (1, down) : (down, 1),
        padding: Padding(
          left: isVertical ? 0 : padding.left, right: isVertical ? 0 : padding.right,
          top: isVertical ? padding.top : 0, bottom: isVertical ? padding.bottom : 0),
        gain: root)
    }
    let first = along(verticalFirst, height: height, width: width)
    return [first, along(!verticalFirst, height: first.outHeight, width: first.outWidth)]
  }
}

extension Tensor {
  /// Upsample → lrelu · gain → clamp → downsample: `[N, C, H, W]` → `[N, C, H′, W′]`.
  ///
  /// H′ = ((H·up + before + after − up taps + 1) − down taps) / down + 1, rounded down.
  public func filteredLeakyReLU(_ activation: FilteredLeakyReLU) -> Tensor {
    let (height, width) = (shape[2], shape[3])
    if let (sizes, taps) = activation.kernel(height: height, width: width) {
      return filteredLeakyReLU(sizes, taps)
    }
    let (before, after) = activation.plans(height: height, width: width)
    let plans = before + after
    let out = plans.last.map { ($0.outHeight, $0.outWidth) } ?? (height, width)
    let largest = plans.map { $0.outHeight * $0.outWidth }.max() ?? 0
    let room = max(largest, height * width)
    return Tensor(uninitialized: [shape[0], shape[1], out.0, out.1]) { result in
      withUnsafeBuffer { source in
        guard let to = result.baseAddress, let from = source.baseAddress else { return }
        Parallel.forEach(shape[0] * shape[1]) { plane in
          Scratch.withFloats(2 * room) { scratch in
            // Results go back and forth between the two halves of the scratch memory.
            var current = from + plane * height * width
            var count = height * width
            var isFirstHalf = true
            func place() -> UnsafeMutablePointer<Float> {
              defer { isFirstHalf.toggle() }
              return isFirstHalf ? scratch : scratch + room
            }
            func run(_ plan: UpfirdnPlan) {
              let next = place()
              plan.run(next, from: current)
              current = UnsafePointer(next)
              count = plan.outHeight * plan.outWidth
            }
            for plan in before { run(plan) }
            let next = place()
            atelier_bias_act(
              next, current, nil, 0, 1, 0, Activation.lrelu.code, activation.slope,
              activation.gain, activation.clamp ?? -1, count)
            current = UnsafePointer(next)
            for plan in after { run(plan) }
            (to + plane * count).update(from: current, count: count)
          }
        }
      }
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
