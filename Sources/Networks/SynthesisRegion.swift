import Foundation
import Tensors

/// A part of the picture with a latent of its own.
///
/// Every layer that reads one of the region's rows of W+ works twice on what the layer before has
/// made, once with the picture's rows and once with the region's, and the results are blended:
/// x ← x + m (x' − x), m being the mask's weight over each cell of the layer's grid. Where m is 0 and
/// where it is 1 the elements are x and x' to the bit. A layer that adds colours to a picture kept
/// beside the features has that picture blended, every other one its features.
public struct SynthesisRegion: Sendable {
  /// The region's W+ `[1, rows, wDim]`.
  public var ws: Tensor
  /// The rows of W+ in which it is blended in.
  public var rows: Set<Int>
  /// How much of it shows.
  public let mask: GridMask

  /// A region; see the properties.
  public init(ws: Tensor, rows: Set<Int>, mask: GridMask) {
    self.ws = ws
    self.rows = rows
    self.mask = mask
  }
}

/// A mask over the grids of a network's layers; each is worked out once and kept.
public final class GridMask: @unchecked Sendable {
  /// A mask on one grid.
  struct Level: Sendable {
    /// `[1, 1, height, width]`, 0 to 1.
    let weights: Tensor
    /// The cells whose weight is not 0; `nil` if there are none.
    let box: PixelBox?
  }

  private struct Grid: Hashable {
    let width: Int
    let height: Int
    let margin: Int
  }

  private let lock = NSLock()
  private let weights: @Sendable (_ width: Int, _ height: Int, _ margin: Int) -> [Float]
  private var levels: [Grid: Level] = [:]

  /// A mask from a function that gives its weights, 0 to 1, over a grid of `width` × `height` cells,
  /// of which the outermost `margin` at every side lie outside of the picture.
  public init(weights: @escaping @Sendable (_ width: Int, _ height: Int, _ margin: Int) -> [Float])
  {
    self.weights = weights
  }

  /// The mask on a grid.
  func level(width: Int, height: Int, margin: Int) -> Level {
    let grid = Grid(width: width, height: height, margin: margin)
    return lock.withLock {
      if let level = levels[grid] { return level }
      let weights = Tensor(weights(width, height, margin), shape: [1, 1, height, width])
      let level = Level(weights: weights, box: PixelBox(of: weights))
      levels[grid] = level
      return level
    }
  }
}

extension Generator {
  /// Lets the layers from `state.depth` up to (but not with) `depth` work, with regions that have
  /// latents of their own; later regions lie over earlier ones.
  ///
  /// One picture at a time. Families that compute parts of pictures (``computesRegions``) work a
  /// region's second time over what its mask shows and its halo alone, with the same bytes.
  ///
  /// - Parameters:
  ///   - state: From ``beginning(_:)``, or kept from an earlier synthesis with the same regions in the
  ///     layers so far.
  ///   - depth: Where to stop.
  ///   - ws: W+ `[1, rows, wDim]` of the picture.
  ///   - settings: Noise and the rest.
  ///   - regions: The regions.
  ///   - afterLayer: May keep the state after every layer.
  public func advance(
    _ state: inout SynthesisState, to depth: Int, _ ws: Tensor, _ settings: SynthesisSettings,
    regions: [SynthesisRegion], afterLayer: (inout SynthesisState) -> Void = { _ in }
  ) {
    guard !regions.isEmpty else {
      return advance(&state, to: depth, ws, settings, afterLayer: afterLayer)
    }
    precondition(state.samples == 1, "regions in a batch of \(state.samples)")
    let layers = layers, parts = self as? any RegionalGenerator
    let projects = layers.contains { $0.kind == .toRGB }
    for index in state.depth..<depth {
      let layer = layers[index]
      let active = regions.filter { $0.rows.contains(layer.row) }
      let others = active.map { region in
        var other = state
        if let parts, parts.isRegional, let shown = region.mask.box(layer),
          let window = parts.window(showing: shown, layer: index, of: state)
        {
          other.crop(to: window)
        }
        advance(&other, to: index + 1, region.ws, settings)
        return other
      }
      advance(&state, to: index + 1, ws, settings)
      for (region, other) in zip(active, others) {
        // Layers without a projection of their own in the list (StyleGAN, ProGAN) make colours too.
        if layer.kind == .toRGB || !projects, let shape = state.image?.shape,
          let over = other.image,
          let overlap = state.overlap(shape, with: other, region.mask, margin: 0)
        {
          state.image?.blend(over, overlap)
        }
        // A layer that adds to a picture kept beside the features leaves these as they are.
        if layer.kind != .toRGB || state.image == nil,
          let overlap = state.overlap(
            state.features.shape, with: other, region.mask, margin: layer.margin)
        {
          state.features.blend(other.features, overlap)
        }
      }
      afterLayer(&state)
    }
  }
}

extension GridMask {
  /// The pixels that it shows of a layer that makes a whole square of its resolution.
  func box(_ layer: LayerDescription) -> PixelBox? {
    level(width: layer.resolution, height: layer.resolution, margin: 0).box
  }
}

extension RegionalGenerator {
  /// The part of a layer's input that is worth computing alone for a mask that shows `box` of its
  /// output; `nil` for all that is at hand.
  fileprivate func window(
    showing box: PixelBox, layer: Int, of state: SynthesisState
  ) -> PixelBox? {
    let side = state.window == nil ? state.features.shape[3] : state.windowSide
    let outer = state.window ?? PixelBox(rows: 0..<side, columns: 0..<side)
    guard side >= RegionWindow.leastSide else { return nil }
    let needed = box.map { self.needed(for: $0, layer: layer) }
    let window = RegionWindow.around(needed, within: outer)
    // Cutting it out costs something, too.
    return 4 * window.area <= 3 * outer.area ? window : nil
  }
}

/// Where a tensor of one synthesis is blended over that of another; all boxes count pixels of the
/// whole grid.
private struct Overlap {
  /// The mask over the whole grid, `[1, 1, H, W]`.
  let mask: Tensor
  /// The pixels that change.
  let box: PixelBox
  /// What the tensor below shows of the grid.
  let own: PixelBox
  /// What the tensor above shows of it.
  let over: PixelBox
}

extension SynthesisState {
  /// Where a tensor of `shape` is blended with that of another state, which may show less of the
  /// whole; `nil` for nowhere.
  fileprivate func overlap(
    _ shape: Shape, with other: SynthesisState, _ mask: GridMask, margin: Int
  ) -> Overlap? {
    let (height, width) = (shape[2], shape[3]), factor = features.shape[3] / width
    let side = window == nil ? nil : windowSide / factor
    let whole = PixelBox(rows: 0..<height, columns: 0..<width)
    let own = window?.map { $0.divided(by: factor) } ?? whole
    let over = other.window?.map { $0.divided(by: factor) } ?? own
    let level = mask.level(width: side ?? width, height: side ?? height, margin: margin)
    return level.box?.intersection(over).map {
      Overlap(mask: level.weights, box: $0, own: own, over: over)
    }
  }
}

extension Tensor {
  /// self + mask · (other − self) for the pixels of every plane where both overlap.
  fileprivate mutating func blend(_ other: Tensor, _ overlap: Overlap) {
    let (box, own, over, mask) = (overlap.box, overlap.own, overlap.over, overlap.mask)
    let planes = shape[0] * shape[1], side = mask.shape[3]
    let (h, w) = (shape[2], shape[3]), (height, width) = (other.shape[2], other.shape[3])
    precondition(
      other.shape[1] == shape[1] && own.rows.count == h && own.columns.count == w
        && over.rows.count == height && over.columns.count == width,
      "cannot blend \(other.shape) at \(over) into \(shape) at \(own)")
    withUnsafeMutableBuffer { to in
      other.withUnsafeBuffer { other in
        mask.withUnsafeBuffer { mask in
          guard let to = to.baseAddress, let other = other.baseAddress,
            let mask = mask.baseAddress
          else { return }
          // Every plane is one thread's alone.
          Parallel.forEach(planes) { plane in
            for y in box.rows {
              let x0 = box.columns.lowerBound
              let a = to + (plane * h + y - own.rows.lowerBound) * w + x0 - own.columns.lowerBound
              let b =
                other + (plane * height + y - over.rows.lowerBound) * width + x0
                - over.columns.lowerBound
              let m = mask + y * side + x0
              for i in 0..<box.columns.count {
                let weight = m[i], mixed = a[i] + weight * (b[i] - a[i])
                a[i] = weight == 0 ? a[i] : weight == 1 ? b[i] : mixed
              }
            }
          }
        }
      }
    }
  }
}
