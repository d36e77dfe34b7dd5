import Tensors

extension MobileStyleGANFamily {
  /// Adds w_avg, which the published files lack: the mean of the mapping over the 10,000 z of
  /// `RandomState(123).randn(10000, zDim)`, as the official projector averages w
  /// (NVlabs/stylegan2-ada-pytorch, `projector.py`).
  ///
  /// z is rounded to 32 bits as there; everything after is in double precision, so that the
  /// rounded mean is the same on every processor and the converted file has one digest. Throws
  /// `NetworkError.mismatch` if mapping layers are missing or do not fit together.
  package static func addMeanLatent(to network: inout CanonicalNetwork) throws {
    let mapping = try DoubleMapping(network)
    let mean = mapping.mean(samples: 10_000, seed: 123)
    network.parameters["mapping.w_avg"] = Parameter(shape: [mean.count]) {
      Tensor(uninitialized: [mean.count]) { values in
        for (index, value) in mean.enumerated() { values[index] = Float(value) }
      }
    }
  }
}

/// The mapping network in double precision: x ← √2 · lrelu(W x + b) from the normalised z.
private struct DoubleMapping {
  private struct Layer {
    /// `[outputs, inputs]`.
    let weight: [Double]
    let bias: [Double]
    let inputs: Int
    var outputs: Int { bias.count }
  }

  private let layers: [Layer]
  private let zDim: Int
  private var wDim: Int { layers.last?.outputs ?? zDim }

  init(_ network: CanonicalNetwork) throws {
    let configuration = try network.configuration(as: MobileStyleGANConfiguration.self)
    var reader = ParameterReader(network, prefix: "mapping.")
    var layers: [Layer] = []
    for index in 0..<configuration.mappingLayers {
      let inputs = index == 0 ? configuration.zDim : configuration.wDim
      let weight = try reader.take("fc\(index).weight", [configuration.wDim, inputs])
      let bias = try reader.take("fc\(index).bias", [configuration.wDim])
      layers.append(Layer(weight: Self.doubles(weight), bias: Self.doubles(bias), inputs: inputs))
    }
    try reader.finish { $0 == "w_avg" }
    self.layers = layers
    zDim = configuration.zDim
  }

  /// The mean of w over `samples` draws of z, summed in parts whose borders are fixed.
  func mean(samples: Int, seed: UInt32) -> [Double] {
    let size = 500, parts = (samples + size - 1) / size
    var state = RandomState(seed: seed)
    let draws = state.randn([samples, zDim])
    var sums = [Double](repeating: 0, count: parts * wDim)
    sums.withUnsafeMutableBufferPointer { sums in
      nonisolated(unsafe) let sums = sums
      draws.withUnsafeBuffer { draws in
        Parallel.forEach(parts) { part in
          let rows = part * size..<min((part + 1) * size, samples)
          let w = map(draws[rows.lowerBound * zDim..<rows.upperBound * zDim].map(Double.init))
          for (index, value) in w.enumerated() { sums[part * wDim + index % wDim] += value }
        }
      }
    }
    return (0..<wDim).map { index in
      (0..<parts).reduce(0.0) { $0 + sums[$1 * wDim + index] } / Double(samples)
    }
  }

  /// z `[N, zDim]` → w `[N, wDim]`.
  private func map(_ z: [Double]) -> [Double] {
    let rows = z.count / zDim
    var x = z
    for row in 0..<rows {
      let range = row * zDim..<(row + 1) * zDim
      let square = x[range].reduce(0) { $0 + $1 * $1 } / Double(zDim)
      let scale = 1 / (square + 1e-8).squareRoot()
      for index in range { x[index] *= scale }
    }
    let gain = 2.0.squareRoot()
    for layer in layers {
      let outputs = layer.outputs
      var y = [Double](repeating: 0, count: rows * outputs)
      x.withUnsafeBufferPointer { x in
        layer.weight.withUnsafeBufferPointer { weight in
          y.withUnsafeMutableBufferPointer { y in
            guard let x = x.baseAddress, let weight = weight.baseAddress, let y = y.baseAddress
            else { return }
            Gemm.multiply(
              m: rows, n: outputs, k: layer.inputs, x, rowStride: layer.inputs, weight,
              rowStride: layer.inputs, transposed: true, into: y, rowStride: outputs)
          }
        }
      }
      for index in y.indices {
        let value = y[index] + layer.bias[index % outputs]
        y[index] = gain * (value < 0 ? 0.2 * value : value)
      }
      x = y
    }
    return x
  }

  private static func doubles(_ tensor: Tensor) -> [Double] {
    tensor.withUnsafeBuffer { $0.map(Double.init) }
  }
}
