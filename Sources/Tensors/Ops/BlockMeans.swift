extension Tensor {
  /// The means of blocks of `factor` × `factor` pixels: `[N, C, H, W]` → `[N, C, H / factor, …]`.
  ///
  /// `factor` divides both sides.
  public func blockMeans(_ factor: Int) -> Tensor {
    precondition(
      shape.rank == 4 && factor > 0 && shape[2] % factor == 0 && shape[3] % factor == 0,
      "means of blocks of \(factor) over \(shape)")
    if factor == 1 { return self }
    let (height, width) = (shape[2] / factor, shape[3] / factor)
    let count = Float(factor * factor)
    let result = Tensor(uninitialized: [shape[0], shape[1], height, width]) { destination in
      withUnsafeBuffer { source in
        guard let to = destination.baseAddress, let from = source.baseAddress else { return }
        Parallel.forEach(shape[0] * shape[1]) { plane in
          for y in 0..<height {
            let row = to + (plane * height + y) * width
            let block = from + (plane * height + y) * factor * width * factor
            for x in 0..<width {
              var sum: Float = 0
              for i in 0..<factor {
                let start = block + (i * width + x) * factor
                for j in 0..<factor { sum += start[j] }
              }
              row[x] = sum / count
            }
          }
        }
      }
    }
    guard Tape.records(self) else { return result }
    return result.recorded(from: [self]) { gradient, _ in
      [gradient.blockCopies(factor, scaledBy: 1 / count)]
    }
  }

  /// Every pixel times `scale` as a block of `factor` × `factor` pixels, the transpose of sums over
  /// blocks: `[N, C, H, W]` → `[N, C, H · factor, W · factor]`.
  public func blockCopies(_ factor: Int, scaledBy scale: Float = 1) -> Tensor {
    precondition(shape.rank == 4 && factor > 0, "blocks of \(factor) from \(shape)")
    let (height, width) = (shape[2], shape[3])
    let result = Tensor(
      uninitialized: [shape[0], shape[1], height * factor, width * factor]
    ) { destination in
      withUnsafeBuffer { source in
        guard let to = destination.baseAddress, let from = source.baseAddress else { return }
        Parallel.forEach(shape[0] * shape[1]) { plane in
          for y in 0..<height {
            let row = from + (plane * height + y) * width
            let block = to + (plane * height + y) * factor * width * factor
            for x in 0..<width {
              for j in 0..<factor { block[x * factor + j] = row[x] * scale }
            }
            for i in 1..<max(factor, 1) {
              (block + i * width * factor).update(from: block, count: width * factor)
            }
          }
        }
      }
    }
    guard Tape.records(self) else { return result }
    return result.recorded(from: [self]) { gradient, _ in
      [gradient.blockMeans(factor) * (scale * Float(factor * factor))]
    }
  }
}
