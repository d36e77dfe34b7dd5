import CKernels

/// One convolution as the kernels see it: pointers and sizes, a sample at a time or a few.
///
/// The work is cut into blocks whose sizes depend on the layer alone.
struct ConvolutionLayer {
  private(set) var layer = atelier_layer()
  /// The samples that it is for.
  private(set) var samples = 1

  /// Runs every sample of a convolution of `x` into `result`, up to `together` of them at a time.
  static func run(
    _ x: Tensor, _ weight: ConvolutionWeight, form: ConvolutionWeight.Form,
    depthwise: Tensor? = nil, inputScale: Tensor?, outputScale: Tensor?, stride: Int = 1,
    padding: Int, epilogue: Epilogue, into result: UnsafeMutablePointer<Float>,
    height: Int, width: Int, together: Int = 1, _ body: (_ sample: Int, ConvolutionLayer) -> Void
  ) {
    let o = weight.outputs, size = x.shape.count / max(x.shape[0], 1)
    let fused = epilogue.isFused ? epilogue : .none
    weight.form(form).withUnsafeBuffer { weights in
      x.withUnsafeBuffer { input in
        inputScale.withPointer { inputScale in
          outputScale.withPointer { outputScale in
            depthwise.withPointer { depthwise in
              fused.bias.withPointer { bias in
                (fused.noiseStrength == 0 ? nil : fused.noise).withPointer { noise in
                  let parts = (x.shape[0] + together - 1) / together
                  share(parts, weights: weights.count, plane: height * width * together) { part in
                    let sample = part * together
                    var call = ConvolutionLayer()
                    call.samples = min(together, x.shape[0] - sample)
                    call.layer.x = input.baseAddress?.advanced(by: sample * size)
                    call.layer.weights = weights.baseAddress
                    call.layer.y = result + sample * o * height * width
                    call.layer.input_scale = inputScale?.advanced(by: sample * weight.inputs)
                    call.layer.output_scale = outputScale?.advanced(by: sample * o)
                    call.layer.depthwise = depthwise
                    call.layer.inputs = Int32(weight.inputs)
                    call.layer.outputs = Int32(o)
                    call.layer.height = Int32(x.shape[2])
                    call.layer.width = Int32(x.shape[3])
                    call.layer.out_height = Int32(height)
                    call.layer.out_width = Int32(width)
                    call.layer.kernel_height = Int32(weight.kernel.height)
                    call.layer.kernel_width = Int32(weight.kernel.width)
                    call.layer.stride = Int32(stride)
                    call.layer.padding = Int32(padding)
                    call.layer.noise_step = fused.noise?.shape[0] == 1 ? 0 : height * width
                    call.layer.epilogue = atelier_epilogue(
                      noise: noise?.advanced(by: sample * call.layer.noise_step),
                      bias: bias, strength: fused.noiseStrength, slope: fused.slope,
                      gain: fused.gain, limit: fused.clamp ?? .infinity)
                    body(sample, call)
                  }
                }
              }
            }
          }
        }
      }
    }
    guard !epilogue.isFused else { return }
    let plane = height * width
    Parallel.forEach(x.shape[0] * o) { index in
      epilogue.apply(
        result + index * plane, from: result + index * plane, sample: index / o,
        channel: index % o, count: plane)
    }
  }

  /// Runs `body` for every sample: small ones go to the threads whole, of larger ones, and of those whose
  /// weights are better read by all threads at once, every thread gets a part.
  private static func share(
    _ samples: Int, weights: Int, plane: Int, _ body: (_ sample: Int) -> Void
  ) {
    let isEven = samples % Parallel.threads == 0 || samples >= 4 * Parallel.threads
    if isEven, weights <= 1 << 21, plane <= 1 << 14 {
      Parallel.forEachWhole(samples, body)
    } else {
      for sample in 0..<samples { body(sample) }
    }
  }

  /// Every input pixel of `x` times every tap: `body` gets the columns of one sample for a range of
  /// output channels, H·W for every channel and tap, `step` apart, in any order.
  static func runScattered(
    _ x: Tensor, _ weight: ConvolutionWeight, inputScale: Tensor?,
    _ body: (
      _ sample: Int, _ channels: Range<Int>, _ columns: UnsafePointer<Float>, _ step: Int
    ) -> Void
  ) {
    let taps = weight.kernel.height * weight.kernel.width
    let (rows, plane) = (Int(atelier_tile_rows()), x.shape[2] * x.shape[3])
    // Small samples are done together, so that weights are read for many columns.
    let together = max(1, min(fewColumns / plane, x.shape[0]))
    // Output channels a task: whole register tiles on every CPU, about a megabyte of columns.
    let block = max(1, min(2, (1 << 18) / (24 * taps * plane * together))) * 24
    weight.form(.scattered).withUnsafeBuffer { weights in
      x.withUnsafeBuffer { input in
        inputScale.withPointer { inputScale in
          let parts = (x.shape[0] + together - 1) / together
          share(parts, weights: weights.count, plane: plane * together) { part in
            let sample = part * together
            var call = ConvolutionLayer()
            call.samples = min(together, x.shape[0] - sample)
            let count = call.samples * plane
            call.layer.x = input.baseAddress?.advanced(by: sample * weight.inputs * plane)
            call.layer.weights = weights.baseAddress
            call.layer.input_scale = inputScale?.advanced(by: sample * weight.inputs)
            call.layer.inputs = Int32(weight.inputs)
            call.layer.outputs = Int32(weight.outputs * taps)
            (call.layer.height, call.layer.width) = (Int32(x.shape[2]), Int32(x.shape[3]))
            (call.layer.out_height, call.layer.out_width) = (call.layer.height, call.layer.width)
            (call.layer.kernel_height, call.layer.kernel_width, call.layer.stride) = (1, 1, 1)
            call.layer.epilogue = atelier_epilogue(
              noise: nil, bias: nil, strength: 0, slope: 1, gain: 1, limit: .infinity)
            let padded = call.padded(count)
            Scratch.withFloats(weight.inputs * padded) { columns in
              withUnsafePointer(to: call.layer) { layer in
                Parallel.forEachRange(of: weight.inputs, size: 64) { range in
                  atelier_direct_pack(
                    layer, columns, 0, count, Int32(range.lowerBound), Int32(range.upperBound))
                }
              }
              Parallel.forEachRange(of: weight.outputs, size: block) { channels in
                let first = channels.lowerBound * taps / rows
                let last = (channels.upperBound * taps + rows - 1) / rows
                Scratch.withFloats((last - first) * rows * (count + padded)) { sums in
                  var part = call.layer
                  // The planes of these channels alone, those of all samples as one row.
                  part.y = sums - first * rows * count
                  (part.out_height, part.out_width) = (1, Int32(count))
                  atelier_direct_multiply(
                    &part, columns, sums + (last - first) * rows * count, 0, count, Int32(first),
                    Int32(last))
                  for index in 0..<call.samples {
                    body(sample + index, channels, sums + index * plane, count)
                  }
                }
              }
            }
          }
        }
      }
    }
  }

  /// Columns of a product, and tiles, up to which reading the weights costs most: as many samples are
  /// done together.
  static let fewColumns = 1024, fewTiles = 128

  /// The number of input channels.
  var inputs: Int { Int(layer.inputs) }
  /// Register tiles over the output channels.
  var groups: Int {
    let rows = Int(atelier_tile_rows())
    return (Int(layer.outputs) + rows - 1) / rows
  }
  /// Output channels rounded up to whole register tiles.
  var channels: Int { groups * Int(atelier_tile_rows()) }

  /// `count` rounded up to whole panels.
  func padded(_ count: Int) -> Int {
    let panel = Int(atelier_panel_columns())
    return (count + panel - 1) / panel * panel
  }

  /// The whole layer as one product of packed matrices.
  func multiply() {
    let count = samples * Int(layer.out_height * layer.out_width)
    let depth = inputs * Int(layer.kernel_height * layer.kernel_width)
    withUnsafePointer(to: layer) { layer in
      if depth == inputs && layer.pointee.outputs <= 4 && layer.pointee.depthwise == nil
        && layer.pointee.stride == 1 && layer.pointee.padding == 0 && samples == 1
      {
        Parallel.forEachRange(of: count, size: 8192) { range in
          atelier_few_outputs(layer, range.lowerBound, range.upperBound)
        }
        return
      }
      if count <= Self.fewColumns {
        // Few columns: they are packed once, and output channels are shared out.
        Scratch.withFloats(depth * padded(count)) { columns in
          Parallel.forEachRange(of: inputs, size: 16) { range in
            atelier_direct_pack(
              layer, columns, 0, count, Int32(range.lowerBound), Int32(range.upperBound))
          }
          Parallel.forEachRange(of: groups, size: 4) { range in
            Scratch.withFloats(range.count * Int(atelier_tile_rows()) * padded(count)) { sums in
              atelier_direct_multiply(
                layer, columns, sums, 0, count, Int32(range.lowerBound), Int32(range.upperBound))
            }
          }
        }
        return
      }
      // Many columns: every task packs a block of them for itself, small enough for the cache.
      let block = max(padded(1), min(padded(1) * 16, padded((96 << 10) / (depth + channels))))
      Parallel.forEachRange(of: count, size: block) { range in
        Scratch.withFloats((depth + channels) * padded(range.count)) { columns in
          let (first, last) = (range.lowerBound, range.upperBound)
          atelier_direct_pack(layer, columns, first, last, 0, Int32(inputs))
          atelier_direct_multiply(
            layer, columns, columns + depth * padded(range.count), first, last, 0, Int32(groups))
        }
      }
    }
  }

  /// The layer by Winograd's algorithm; 3×3 kernels, stride 1.
  func winograd() {
    let tiles = samples * Int((layer.out_height + 3) / 4 * ((layer.out_width + 3) / 4))
    withUnsafePointer(to: layer) { layer in
      func sizes(_ tiles: Int) -> (input: Int, sums: Int) {
        let stride = atelier_sum_stride(Int32(tiles))
        return (36 * (inputs * padded(tiles) + 16), 36 * (channels * stride + 16) + 16)
      }
      if tiles <= Self.fewTiles {
        // Few tiles: reading the weights costs most, so each is read once, by one task.
        let (input, output) = sizes(tiles)
        Scratch.withFloats(input + output) { v in
          let count = Int32(tiles)
          Parallel.forEachRange(of: inputs, size: 16) { range in
            atelier_winograd_input(
              layer, v, 0, count, Int32(range.lowerBound), Int32(range.upperBound))
          }
          Parallel.forEach(36) { k in
            atelier_winograd_multiply(layer, v, v + input, count, Int32(k), Int32(k + 1))
          }
          Parallel.forEachRange(of: Int(layer.pointee.outputs), size: 16) { range in
            atelier_winograd_output(
              layer, v + input, 0, count, Int32(range.lowerBound), Int32(range.upperBound))
          }
        }
        return
      }
      // As many tiles a task as make reading the weights cheap, shared out evenly.
      let most = inputs >= 256 ? 128 : inputs >= 128 ? 96 : 48
      let parts = (tiles + most - 1) / most, even = parts < 16 ? (parts + 1) / 2 * 2 : parts
      let block = ((tiles + even - 1) / even + 15) / 16 * 16
      Parallel.forEachRange(of: tiles, size: block) { range in
        let (input, output) = sizes(range.count)
        Scratch.withFloats(input + output) { v in
          let (first, last) = (Int32(range.lowerBound), Int32(range.upperBound))
          atelier_winograd_input(layer, v, first, last, 0, Int32(inputs))
          atelier_winograd_multiply(layer, v, v + input, last - first, 0, 36)
          atelier_winograd_output(
            layer, v + input, first, last, 0, layer.pointee.outputs)
        }
      }
    }
  }
}

extension Tensor? {
  /// The elements of a tensor, or a null pointer without one.
  func withPointer<Result>(_ body: (UnsafePointer<Float>?) throws -> Result) rethrows -> Result {
    guard let self else { return try body(nil) }
    return try self.withUnsafeBuffer { try body($0.baseAddress) }
  }
}
