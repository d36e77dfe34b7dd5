import CKernels

extension Tensor {
  /// ``convolutionWeightGradient(_:kernel:stride:padding:)`` of 3×3 kernels with stride 1 or 2 by
  /// Winograd's algorithm, a quarter or half of the products; `nil` for others, and where there are too few channels for
  /// what the transforms cost.
  ///
  /// - Parameters:
  ///   - scale: Factors `[N, I]` on the channels of the input.
  ///   - gradientScale: Factors `[N, O]` on those of the gradient.
  func gradientByTiles(
    _ gradient: Tensor, kernel: (height: Int, width: Int), stride: Int, padding: Int,
    scale: Tensor? = nil, gradientScale: Tensor? = nil
  ) -> Tensor? {
    let (n, inputs, outputs) = (shape[0], shape[1], gradient.shape[1])
    guard kernel == (3, 3), stride <= 2, inputs >= 8, outputs >= 8, n > 0 else { return nil }
    let down = (gradient.shape[2] + 3) / 4, across = (gradient.shape[3] + 3) / 4
    return Tensor(uninitialized: [outputs, inputs, 3, 3]) { destination in
      withUnsafeBuffer { x in
        gradient.withUnsafeBuffer { g in
          scale.withPointer { scale in
            gradientScale.withPointer { gradientScale in
              let work = WinogradGradient(
                input: atelier_planes(
                  x: x.baseAddress, scale: scale, channels: Int32(inputs),
                  height: Int32(shape[2]), width: Int32(shape[3]), across: Int32(across),
                  down: Int32(down), padding: Int32(padding), stride: Int32(stride)),
                gradient: atelier_planes(
                  x: g.baseAddress, scale: gradientScale, channels: Int32(outputs),
                  height: Int32(gradient.shape[2]), width: Int32(gradient.shape[3]),
                  across: Int32(across), down: Int32(down), padding: 0,
                  stride: Int32(stride)),
                sizes: atelier_gradient(
                  weights: destination.baseAddress, outputs: Int32(outputs),
                  inputs: Int32(inputs), stride: Int32(stride)))
              work.run(tiles: n * down * across)
            }
          }
        }
      }
    }
  }
}

/// The gradient of 3×3 weights as the kernels see it; work is cut by the sizes alone.
private struct WinogradGradient {
  let input: atelier_planes
  let gradient: atelier_planes
  let sizes: atelier_gradient

  /// Register tiles over the outputs.
  private var groups: Int {
    let rows = Int(atelier_tile_rows())
    return (Int(sizes.outputs) + rows - 1) / rows
  }

  /// Transforms, multiplies and gathers as many tiles at a time as fit the caches.
  func run(tiles: Int) {
    let channels = Int(sizes.inputs + sizes.outputs)
    let products = sizes.stride == 1 ? 36 : 81
    let most = min(max(20_000_000 / (products * channels), 128), 2048)
    let blocks = (tiles + most - 1) / most, block = (tiles + blocks - 1) / blocks
    // Few tiles: reading and writing all sums would cost most, so they stay with a few outputs.
    let isFew = tiles <= 64
    var room = [0, 0, 0]
    withUnsafePointer(to: sizes) { atelier_gradient_room($0, Int32(block), &room) }
    Scratch.withFloats(room[0] + room[1] + (isFew ? 0 : room[2])) { v in
      let u = v + room[0], sums = u + room[1]
      for first in stride(from: 0, to: tiles, by: block) {
        let last = min(first + block, tiles)
        transform(v, u, first, last)
        if !isFew { multiply(v, u, sums, last - first, adds: first > 0) }
      }
      if isFew {
        finishFew(v, u, tiles)
      } else {
        finish(sums)
      }
    }
  }

  /// The transforms of tiles first..<last, sixteen channels a task.
  private func transform(
    _ v: UnsafeMutablePointer<Float>, _ u: UnsafeMutablePointer<Float>, _ first: Int, _ last: Int
  ) {
    let inputs = (Int(sizes.inputs) + 15) / 16, outputs = (Int(sizes.outputs) + 15) / 16
    withUnsafePointer(to: input) { input in
      withUnsafePointer(to: gradient) { gradient in
        Parallel.forEach(inputs + outputs) { index in
          if index < inputs {
            atelier_gradient_input(
              input, v, Int32(first), Int32(last), Int32(16 * index), Int32(16 * index + 16))
          } else {
            let channel = Int32(16 * (index - inputs))
            atelier_gradient_output(gradient, u, Int32(first), Int32(last), channel, channel + 16)
          }
        }
      }
    }
  }

  /// One frequency a task, over all channels.
  private func multiply(
    _ v: UnsafePointer<Float>, _ u: UnsafePointer<Float>, _ sums: UnsafeMutablePointer<Float>,
    _ tiles: Int, adds: Bool
  ) {
    withUnsafePointer(to: sizes) { sizes in
      Parallel.forEach(36) { k in
        atelier_gradient_multiply(
          sizes, u, v, sums, Int32(tiles), Int32(k), Int32(k + 1), 0, Int32(groups), adds ? 1 : 0)
      }
    }
  }

  private func finish(_ sums: UnsafePointer<Float>) {
    withUnsafePointer(to: sizes) { sizes in
      Parallel.forEachRange(of: Int(sizes.pointee.outputs), size: 8) { range in
        atelier_gradient_finish(
          sizes, sums, 0, Int32(groups), Int32(range.lowerBound), Int32(range.upperBound))
      }
    }
  }

  /// All frequencies of a few outputs a task, and their weights at once.
  private func finishFew(_ v: UnsafePointer<Float>, _ u: UnsafePointer<Float>, _ tiles: Int) {
    let rows = Int(atelier_tile_rows())
    withUnsafePointer(to: sizes) { sizes in
      Parallel.forEachRange(of: groups, size: 2) { range in
        var (part, room) = (sizes.pointee, [0, 0, 0])
        part.outputs = Int32(range.count * rows)
        atelier_gradient_room(&part, 1, &room)
        let (first, last) = (Int32(range.lowerBound), Int32(range.upperBound))
        Scratch.withFloats(room[2]) { sums in
          atelier_gradient_multiply(sizes, u, v, sums, Int32(tiles), 0, 36, first, last, 0)
          let end = min(range.upperBound * rows, Int(sizes.pointee.outputs))
          atelier_gradient_finish(
            sizes, sums, first, last, Int32(range.lowerBound * rows), Int32(end))
        }
      }
    }
  }
}
