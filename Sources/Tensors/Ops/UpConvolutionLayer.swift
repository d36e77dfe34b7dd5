import CKernels

extension ConvolutionLayer {
  /// The ×2 up-convolution with the separable 4×4 `filter`: 4 taps down, then 4 across.
  func up(filter: [Float]) {
    let across = (Int(layer.width) + 3) / 4, down = (Int(layer.height) + 3) / 4
    withEdges { edges in
      if across * down <= 128 {
        upWide(filter: filter, edges: edges, across: across, down: down)
      } else {
        upInBands(filter: filter, edges: edges, across: across, down: down)
      }
    }
  }

  private func upSizes(_ tiles: Int) -> (input: Int, sums: Int) {
    let stride = atelier_sum_stride(Int32(tiles))
    return (81 * (inputs * padded(tiles) + 16), 81 * (channels * stride + 16) + 16)
  }

  /// Lends what lies right of the tiles and below them, which is needed where they end with the
  /// picture.
  private func withEdges(_ body: (UnsafePointer<Float>) -> Void) {
    let (height, width) = (Int(layer.height), Int(layer.width))
    withUnsafePointer(to: layer) { layer in
      Scratch.withFloats(channels * atelier_up_edge(layer)) { edges in
        if height % 4 == 0 || width % 4 == 0 {
          Scratch.withFloats(inputs * (padded(height) + padded(width))) { columns in
            atelier_up_edge_pack(layer, columns, 0, Int32(inputs))
            Parallel.forEachRange(of: groups, size: (groups + 3) / 4) { range in
              let largest = max(padded(height), padded(width))
              Scratch.withFloats(3 * Int(atelier_tile_rows()) * largest) { sums in
                atelier_up_edge_multiply(
                  layer, columns, edges, sums, Int32(range.lowerBound), Int32(range.upperBound))
              }
            }
          }
        }
        body(edges)
      }
    }
  }

  /// Few tiles: every matrix of weights is read once, by one task.
  private func upWide(filter: [Float], edges: UnsafePointer<Float>, across: Int, down: Int) {
    let tiles = across * down, (input, output) = upSizes(tiles), o = Int(layer.outputs)
    withUnsafePointer(to: layer) { layer in
      let line = atelier_up_line(layer)
      Scratch.withFloats(input + output) { v in
        Parallel.forEachRange(of: inputs, size: 16) { range in
          atelier_up_input(
            layer, v, 0, Int32(down), Int32(range.lowerBound), Int32(range.upperBound))
        }
        Parallel.forEach(36) { matrix in
          atelier_up_multiply(
            layer, v, v + input, Int32(tiles), Int32(matrix), Int32(matrix + 1))
        }
        Scratch.withFloats(line * 3 * o) { carry in
          Parallel.forEachRange(of: o, size: 16) { range in
            Scratch.withFloats(line * (5 + 8 * down)) { lines in
              atelier_up_finish(
                layer, filter, v + input, edges, 0, 0, Int32(down), carry, nil, nil, lines,
                Int32(range.lowerBound), Int32(range.upperBound))
            }
          }
        }
      }
    }
  }

  /// Many tiles: bands of rows of tiles go to the threads, from top to bottom within a band; the
  /// output rows that need lines of two bands come last.
  private func upInBands(filter: [Float], edges: UnsafePointer<Float>, across: Int, down: Int) {
    let o = Int(layer.outputs)
    let bandRows = max(2, (down + 15) / 16)
    let bands = (down + bandRows - 1) / bandRows
    let step = max(1, min(bandRows, 96 / across))
    withUnsafePointer(to: layer) { layer in
      let line = atelier_up_line(layer)
      Scratch.withFloats(bands * o * 6 * line) { seams in
        Parallel.forEach(bands) { band in
          let first = band * bandRows, last = min(first + bandRows, down)
          let (input, output) = upSizes(step * across)
          let seam = seams + band * o * 6 * line
          Scratch.withFloats(input + output + line * (3 * o + 5 + 8 * step)) { v in
            let carry = v + input + output
            for row in stride(from: first, to: last, by: step) {
              let end = min(row + step, last), (rows, tiles) = (end - row, (end - row) * across)
              let sums = v + upSizes(tiles).input
              atelier_up_input(layer, v, Int32(row), Int32(row + rows), 0, Int32(inputs))
              atelier_up_multiply(layer, v, sums, Int32(tiles), 0, 36)
              atelier_up_finish(
                layer, filter, sums, edges, Int32(first), Int32(row), Int32(end), carry, seam,
                end == last && last < down ? seam + o * 6 * line : nil, carry + 3 * o * line, 0,
                Int32(o))
            }
          }
        }
        Parallel.forEachRange(of: o, size: 8) { range in
          for band in 1..<max(bands, 1) {
            atelier_up_seam(
              layer, filter, seams + band * o * 6 * line, Int32(band * bandRows),
              Int32(range.lowerBound), Int32(range.upperBound))
          }
        }
      }
    }
  }
}

extension ResampleFilter {
  /// Whether it is of at most 4×4 taps and the product of two rows, as the ×2 kernels want it.
  package var isSeparable: Bool { separableTaps(gain: 4) != nil }

  /// The correlation's 4 taps down and 4 across (times `gain`), as the ×2 kernels take them, of a
  /// filter of at most 4×4 taps that is the product of two rows; `nil` for others.
  func separableTaps(gain: Float) -> [Float]? {
    guard height <= 4, width <= 4 else { return nil }
    let taps = correlationTaps(flip: false, gain: gain)
    guard let peak = taps.indices.max(by: { abs(taps[$0]) < abs(taps[$1]) }), taps[peak] != 0
    else { return nil }
    let row = (0..<width).map { taps[peak / width * width + $0] }
    let column = (0..<height).map { taps[$0 * width + peak % width] / taps[peak] }
    for i in taps.indices
    where abs(column[i / width] * row[i % width] - taps[i]) > 1e-6 * abs(taps[peak]) { return nil }
    return Self.centred(column) + Self.centred(row)
  }

  /// Fewer taps than four among zeros, where ``Padding/upsampling2(_:)`` puts them.
  private static func centred(_ taps: [Float]) -> [Float] {
    let before = 2 - (taps.count + 1) / 2
    return (0..<4).map { taps.indices.contains($0 - before) ? taps[$0 - before] : 0 }
  }
}
