import Tensors

/// The kernels one by one, on the layers that networks spend their time in.
enum Kernels {
  /// Measures every kernel.
  static func measure(runs: Int) -> [Measurement] {
    var results = [peak(runs: runs)]
    for (size, channels) in [(16, 512), (64, 256), (256, 64), (1024, 32)] {
      results.append(
        convolution("3×3", channels, channels, size, size, kernel: 3, padding: 1, runs: runs))
      results.append(up(channels, channels, size / 2, runs: runs))
    }
    results.append(
      convolution("3×3 stride 2", 128, 256, 128, 256, kernel: 3, stride: 2, padding: 1, runs: runs))
    results.append(
      convolution("4×4 stride 2", 64, 128, 256, 256, kernel: 4, stride: 2, padding: 2, runs: runs))
    results.append(convolution("7×7", 16, 32, 256, 512, kernel: 7, padding: 3, runs: runs))
    results.append(convolution("7×7", 64, 3, 512, 1024, kernel: 7, padding: 3, runs: runs))
    results.append(convolution("1×1", 256, 256, 64, 64, kernel: 1, runs: runs))
    results.append(transposed(256, 128, 64, 128, runs: runs))
    results.append(norm(64, 256, 512, runs: runs))
    results += filteredActivation(128, 148, runs: runs)
    return results
  }

  /// A product whose operands stay in the cache: what the cores multiply at.
  private static func peak(runs: Int) -> Measurement {
    let x = sample([1, 256, 48, 96], 1), w = ConvolutionWeight(sample([512, 256, 1, 1], 2))
    return Measurement("peak of products", operations: 2 * 256 * 512 * 48 * 96, runs: 4 * runs) {
      _ = x.convolution(w)
    }
  }

  private static func convolution(
    _ name: String, _ inputs: Int, _ outputs: Int, _ height: Int, _ width: Int, kernel: Int,
    stride: Int = 1, padding: Int = 0, runs: Int
  ) -> Measurement {
    let x = sample([1, inputs, height, width], 1)
    let w = ConvolutionWeight(sample([outputs, inputs, kernel, kernel], 2))
    let pixels = Double(height / stride * (width / stride))
    return Measurement(
      "\(name), \(inputs) → \(outputs), \(width)×\(height)",
      operations: 2 * pixels * Double(inputs * outputs * kernel * kernel), runs: runs
    ) { _ = x.convolution(w, stride: stride, padding: padding) }
  }

  private static func up(_ inputs: Int, _ outputs: Int, _ size: Int, runs: Int) -> Measurement {
    let x = sample([1, inputs, size, size], 1), styles = sample([1, inputs], 3)
    let w = ConvolutionWeight(sample([outputs, inputs, 3, 3], 2), transposed: true)
    let filter = ResampleFilter([1, 3, 3, 1])
    return Measurement(
      "up-convolution, \(inputs) → \(outputs), from \(size)×\(size)",
      operations: 18 * Double(inputs * outputs * size * size), runs: runs
    ) { _ = x.modulatedConvolution(w, styles: styles, up: filter) }
  }

  private static func transposed(
    _ inputs: Int, _ outputs: Int, _ height: Int, _ width: Int, runs: Int
  ) -> Measurement {
    let x = sample([1, inputs, height, width], 1)
    let w = ConvolutionWeight(sample([outputs, inputs, 3, 3], 2), transposed: true)
    return Measurement(
      "transposed 3×3 stride 2, \(inputs) → \(outputs), from \(width)×\(height)",
      operations: 18 * Double(inputs * outputs * height * width), runs: runs
    ) { _ = x.transposedConvolution(w, stride: 2, padding: 1, outputPadding: 1) }
  }

  private static func norm(_ channels: Int, _ height: Int, _ width: Int, runs: Int) -> Measurement {
    let x = sample([1, channels, height, width], 1)
    return Measurement("instance norm and relu, \(channels), \(width)×\(height)", runs: runs) {
      _ = x.instanceNormalized(activation: .relu)
    }
  }

  /// The nonlinearity of StyleGAN3 as one kernel, and from the operations that it consists of.
  private static func filteredActivation(
    _ channels: Int, _ size: Int, runs: Int
  ) -> [Measurement] {
    let x = sample([1, channels, size, size], 1)
    let taps = Tensor((0..<12).map { 1 / Float(1 + abs(2 * $0 - 11)) }, shape: [12])
    let filter = ResampleFilter(taps: taps)
    let activation = FilteredLeakyReLU(
      upFilter: filter, downFilter: filter, up: 2, down: 2, padding: (9, 8))
    let across = ResampleFilter(taps: taps.reshaped([1, 12]))
    let along = ResampleFilter(taps: taps.reshaped([12, 1]))
    let name = "filtered lrelu ×2 ÷2, \(channels), \(size)×\(size)"
    return [
      Measurement(name, runs: runs) { _ = x.filteredLeakyReLU(activation) },
      Measurement("\(name), step by step", runs: runs) {
        _ = x.upfirdn(
          across, up: (2, 1), padding: Padding(left: 9, right: 8, top: 0, bottom: 0), gain: 2
        )
        .upfirdn(along, up: (1, 2), padding: Padding(left: 0, right: 0, top: 9, bottom: 8), gain: 2)
        .biasAct(Epilogue(activation: .lrelu))
        .upfirdn(along, down: (1, 2))
        .upfirdn(across, down: (2, 1))
      },
    ]
  }

  private static func sample(_ shape: Shape, _ seed: UInt32) -> Tensor {
    var random = RandomState(seed: seed)
    return random.randn(shape)
  }
}
