extension Tensor {
  /// Planes mirrored over their borders without repeating the border: `[N, C, H, W]` →
  /// `[N, C, H + 2p, W + 2p]`, p < H and p < W.
  public func reflectionPadded(_ padding: Int) -> Tensor {
    precondition(
      shape.rank == 4 && padding >= 0 && padding < shape[2] && padding < shape[3],
      "\(padding) pixels cannot be mirrored over the borders of \(shape)")
    if padding == 0 { return self }
    let (h, w) = (shape[2], shape[3])
    let (tall, wide) = (h + 2 * padding, w + 2 * padding)
    let result = Tensor(uninitialized: [shape[0], shape[1], tall, wide]) { destination in
      withUnsafeBuffer { source in
        guard let to = destination.baseAddress, let from = source.baseAddress else { return }
        Parallel.forEach(shape[0] * shape[1]) { plane in
          for y in 0..<tall {
            let row = from + (plane * h + Self.mirrored(y - padding, h)) * w
            let target = to + (plane * tall + y) * wide
            target.advanced(by: padding).update(from: row, count: w)
            for x in 1...padding {
              target[padding - x] = row[x]
              target[padding + w - 1 + x] = row[w - 1 - x]
            }
          }
        }
      }
    }
    return result.recorded(from: [self]) { inputs in
      let places = (0..<tall * wide).map { i in
        Int32(
          Self.mirrored(i / wide - padding, h) * w + Self.mirrored(i % wide - padding, w))
      }
      return inputs[0].gatheredInPlanes(places, height: tall, width: wide)
    }
  }

  /// Index `i` of a line of `count`, mirrored at its ends.
  private static func mirrored(_ i: Int, _ count: Int) -> Int {
    i < 0 ? -i : i < count ? i : 2 * count - 2 - i
  }

  /// A convolution that keeps the size, over a picture mirrored at its borders: `[N, I, H, W]` →
  /// `[N, O, H, W]`, then `epilogue`. The kernel is odd, and half of it is smaller than the picture.
  public func reflectedConvolution(
    _ weight: ConvolutionWeight, epilogue: Epilogue = .none
  ) -> Tensor {
    let (kh, kw) = weight.kernel
    precondition(kh == kw && kh % 2 == 1, "a mirrored convolution with a kernel of \(kh)×\(kw)")
    return reflectionPadded(kh / 2).convolution(weight, epilogue: epilogue)
  }
}
