import Imaging
import Networks
import Tensors

/// The synthesis of a plan, with its regions that have latents of their own.
struct PlannedSynthesis: Sendable {
  let generator: any Generator
  /// W+ `[1, rows, wDim]`.
  let ws: Tensor
  let settings: SynthesisSettings
  private let regions: [Region]

  /// A region with its mask softened.
  private struct Region: Sendable {
    let ws: Tensor
    let rows: Set<Int>
    let mask: SoftMask
  }

  /// The synthesis of a plan for a generator.
  init(_ plan: RenderPlan, generator: any Generator) {
    self.generator = generator
    settings = plan.settings
    ws = plan.ws.reshaped(Shape([1] + plan.ws.shape.dimensions))
    regions = plan.regions.map { region in
      Region(
        ws: region.ws.reshaped(Shape([1] + region.ws.shape.dimensions)), rows: region.rows,
        mask: SoftMask(region.mask, feather: region.feather))
    }
  }

  /// The picture `[1, C, H, W]` from a state on, or from the beginning.
  func picture(
    resuming state: SynthesisState? = nil, afterLayer: (SynthesisState) -> Void = { _ in }
  ) -> Tensor {
    var state = state ?? generator.beginning(ws)
    advance(&state, to: generator.layers.count, afterLayer: afterLayer)
    return generator.picture(of: state, settings)
  }

  /// Lets the layers up to (but not with) `depth` work; later regions lie over earlier ones.
  func advance(
    _ state: inout SynthesisState, to depth: Int, afterLayer: (SynthesisState) -> Void = { _ in }
  ) {
    guard !regions.isEmpty else {
      return generator.advance(&state, to: depth, ws, settings) { afterLayer($0) }
    }
    let layers = generator.layers
    var grids: [Grid: SoftMask] = [:]
    for index in state.depth..<depth {
      let layer = layers[index]
      let active = regions.indices.filter { regions[$0].rows.contains(layer.row) }
      var others: [SynthesisState] = []
      for region in active {
        var other = state
        generator.advance(&other, to: index + 1, regions[region].ws, settings)
        others.append(other)
      }
      generator.advance(&state, to: index + 1, ws, settings)
      for (region, other) in zip(active, others) {
        func blended(_ own: Tensor, _ over: Tensor, margin: Int) -> Tensor {
          let grid = Grid(
            region: region, width: own.shape[-1], height: own.shape[-2], margin: margin)
          let mask =
            grids[grid]
            ?? regions[region].mask.resized(width: grid.width, height: grid.height, margin: margin)
          grids[grid] = mask
          return own.blended(with: over, by: mask)
        }
        if let image = state.image, let over = other.image {
          state.image = blended(image, over, margin: 0)
        }
        // A layer that adds to a picture kept beside the features leaves these as they are.
        if layer.kind != .toRGB || state.image == nil {
          state.features = blended(state.features, other.features, margin: layer.margin)
        }
      }
      afterLayer(state)
    }
  }

  /// What a mask is resized to.
  private struct Grid: Hashable {
    let region: Int
    let width: Int
    let height: Int
    let margin: Int
  }
}

extension Tensor {
  /// x + m (y − x) over the last two axes: `[…, H, W]` with a mask of H × W. Where m is 0 and where it
  /// is 1 the elements are x and y to the bit.
  func blended(with other: Tensor, by mask: SoftMask) -> Tensor {
    precondition(
      other.shape == shape && shape[-1] == mask.width && shape[-2] == mask.height,
      "cannot blend \(shape) and \(other.shape) by a mask of \(mask.width)×\(mask.height)")
    guard let first = mask.weights.firstIndex(where: { $0 > 0 }),
      let last = mask.weights.lastIndex(where: { $0 > 0 })
    else { return self }
    var result = self
    let plane = mask.weights.count
    result.withUnsafeMutableBuffer { x in
      other.withUnsafeBuffer { y in
        mask.weights.withUnsafeBufferPointer { m in
          // Every plane is one thread's alone.
          Parallel.forEach(x.count / plane) { index in
            let start = index * plane
            for i in first...last {
              let (own, over, weight) = (x[start + i], y[start + i], m[i])
              let mixed = own + weight * (over - own)
              x[start + i] = weight == 0 ? own : weight == 1 ? over : mixed
            }
          }
        }
      }
    }
    return result
  }
}
