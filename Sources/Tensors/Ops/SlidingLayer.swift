import CKernels

/// Which parts of a picture's channels are not zero, of pictures that mostly are: of a one-hot label
/// map a convolution skips nearly all.
struct FilledCells {
  /// For every sample the cells of all channels, as the kernel reads them.
  let samples: [[UInt8]]
  /// The share of cells that are not zero, 0 to 1.
  let share: Double

  /// Looks at `x` `[N, C, H, W]`, to be padded by `padding` zeros; `nil` if few of its elements are
  /// zero, or it has few channels.
  init?(_ x: Tensor, padding: Int) {
    let (n, c, h, w) = (x.shape[0], x.shape[1], x.shape[2], x.shape[3])
    guard c >= 8, Self.looksEmpty(x) else { return nil }
    let panel = Int(atelier_panel_columns())
    let cells = (h + 2 * padding + 7) / 8 * ((w + 2 * padding + panel - 1) / panel)
    samples = (0..<n).map { sample in
      [UInt8](unsafeUninitializedCapacity: c * cells) { filled, count in
        count = c * cells
        guard let to = filled.baseAddress else { return }
        // Written by the workers, every channel by one.
        nonisolated(unsafe) let base = to
        x.withUnsafeBuffer { x in
          guard let from = x.baseAddress else { return }
          nonisolated(unsafe) let planes = from + sample * c * h * w
          Parallel.forEach(c) { channel in
            atelier_filled_cells(
              base, planes + channel * h * w, Int32(h), Int32(w), Int32(padding), Int32(channel),
              Int32(c))
          }
        }
      }
    }
    let all = samples.reduce(0) { $0 + $1.count }
    let some = samples.reduce(0) { $0 + $1.reduce(0) { $0 + Int($1) } }
    share = Double(some) / Double(max(all, 1))
  }

  /// Whether nine of ten elements are zero, of a few thousand that lie all over the tensor.
  private static func looksEmpty(_ x: Tensor) -> Bool {
    let step = max(1, x.count / 4096) | 1
    let allowed = x.count / step / 10
    return x.withUnsafeBuffer { values in
      var found = 0
      for i in stride(from: 0, to: values.count, by: step) where values[i] != 0 {
        found += 1
        if found > allowed { return false }
      }
      return true
    }
  }
}

extension ConvolutionLayer {
  /// The layer with its kernel sliding over the padded picture; stride 1.
  func slide(_ filled: [UInt8]?) {
    let (height, width, padding) = (Int(layer.height), Int(layer.width), Int(layer.padding))
    let (tall, wide) = (height + 2 * padding, width + 2 * padding)
    let slack = padded(wide + 1)
    Scratch.withFloats(inputs * tall * wide + slack) { picture in
      (picture + inputs * tall * wide).update(repeating: 0, count: slack)
      withUnsafePointer(to: layer) { layer in
        Parallel.forEach(inputs) { channel in
          atelier_pad(
            picture + channel * tall * wide,
            layer.pointee.x + channel * height * width,
            layer.pointee.input_scale?[channel] ?? 1, layer.pointee.height, layer.pointee.width,
            layer.pointee.padding)
        }
      }
      var part = layer
      (part.x, part.input_scale) = (UnsafePointer(picture), nil)
      (part.height, part.width, part.padding) = (Int32(tall), Int32(wide), 0)
      withUnsafePointer(to: part) { part in
        (filled ?? []).withUnsafeBufferPointer { cells in
          // Rows that share cells go together.
          Parallel.forEachRange(of: Int(part.pointee.out_height), size: 8) { rows in
            withUnsafeTemporaryAllocation(of: Int32.self, capacity: inputs) { channels in
              atelier_slide(
                part, filled == nil ? nil : cells.baseAddress, channels.baseAddress,
                Int32(rows.lowerBound), Int32(rows.upperBound))
            }
          }
        }
      }
    }
  }
}
