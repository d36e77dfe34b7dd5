import Tensors

/// A generator whose layers carry a change of some pixels no further than their kernels reach, and
/// give the same bytes for a part of a picture as for all of it.
protocol RegionalGenerator: Generator {
  /// Whether it can compute parts; its filters decide.
  var isRegional: Bool { get }

  /// Along one axis, the pixels of a layer's features that may differ in any bit where its input
  /// differs in `range` only; both on grids of their own.
  func affected(by range: Range<Int>, layer: Int) -> Range<Int>

  /// Along one axis, the pixels of a layer's input that `range` of its features follow from.
  func needed(for range: Range<Int>, layer: Int) -> Range<Int>
}

extension Generator {
  /// Whether parts of a picture cost less than all of it:
  /// ``synthesis(resuming:_:_:regions:changing:)`` computes no more than it must.
  public var computesRegions: Bool { (self as? any RegionalGenerator)?.isRegional ?? false }

  /// A picture with regions, to the byte, from the picture without the last of them: only the pixels
  /// that its mask reaches are computed, with the halo that the layers' kernels and filters need.
  ///
  /// StyleGAN2 alone does this: its normalisation is a factor on the weights, so that nothing
  /// depends on the picture as a whole. It cannot be had for networks with instance norms (StyleGAN);
  /// for StyleGAN3 it is not built.
  ///
  /// - Parameters:
  ///   - state: Where to begin: before the first layer that the last region is blended in, with the
  ///     other regions in the layers so far.
  ///   - ws: W+ of the picture, `[1, rows, wDim]`.
  ///   - settings: Noise and the rest.
  ///   - regions: All regions, at least one.
  ///   - picture: The picture without the last region, `[1, C, H, W]`.
  public func synthesis(
    resuming state: SynthesisState, _ ws: Tensor, _ settings: SynthesisSettings,
    regions: [SynthesisRegion], changing picture: Tensor
  ) throws -> Tensor {
    guard let generator = self as? any RegionalGenerator, generator.isRegional else {
      throw NetworkError.noRegions(family: family)
    }
    let layers = layers
    guard let last = regions.last,
      let plan = RegionPlan(
        generator, from: state.depth,
        shown: { last.rows.contains(layers[$0].row) ? last.mask.box(layers[$0]) : nil })
    else { return picture }
    precondition(
      state.samples == 1 && picture.shape[0] == 1 && picture.shape[3] == size.resolution,
      "a region of \(picture.shape), \(state.samples) states")
    precondition(
      !layers.prefix(state.depth).contains { last.rows.contains($0.row) },
      "the last region begins before depth \(state.depth)")
    var state = state
    for layer in state.depth..<layers.count {
      if let window = plan.windows[layer] { state.crop(to: window) }
      advance(&state, to: layer + 1, ws, settings, regions: regions)
    }
    let whole = 0..<size.resolution
    let window = state.window ?? PixelBox(rows: whole, columns: whole)
    var result = picture
    result.paste(
      self.picture(of: state, settings),
      at: (window.rows.lowerBound, window.columns.lowerBound), rows: plan.changed.rows,
      columns: plan.changed.columns)
    return result
  }
}

/// Which pixels change, and which are computed for them.
private struct RegionPlan {
  /// The pixels of the picture that may change.
  let changed: PixelBox
  /// Before a layer (by its index), the part of its input that is gone on with.
  var windows: [Int: PixelBox] = [:]

  /// `nil` where nothing changes. `shown` gives the pixels of a layer's output that are blended.
  init?(
    _ generator: any RegionalGenerator, from depth: Int, shown: (_ layer: Int) -> PixelBox?
  ) {
    let layers = generator.layers
    var changed: PixelBox?
    for index in depth..<layers.count {
      changed = changed?.map { generator.affected(by: $0, layer: index) }
      if let shown = shown(index) { changed = changed?.union(shown) ?? shown }
    }
    guard let changed else { return nil }
    self.changed = changed
    var needed: [Int: PixelBox] = [layers.count: changed]
    for index in (depth..<layers.count).reversed() {
      needed[index] = needed[index + 1]?.map { generator.needed(for: $0, layer: index) }
    }
    // A window is taken at the start and where a resolution begins, each within the one before.
    var container: PixelBox?, side = 0
    for index in max(depth, 1)..<layers.count {
      let before = layers[index - 1].resolution
      guard index == depth || layers[index].resolution > before,
        before >= RegionWindow.leastSide, let needed = needed[index]
      else { continue }
      let factor = side == 0 ? 1 : before / side
      let whole = PixelBox(rows: 0..<before, columns: 0..<before)
      let outer = container?.map { $0.scaled(by: factor) } ?? whole
      let window = RegionWindow.around(needed, within: outer)
      guard window != outer else { continue }
      windows[index] = window
      (container, side) = (window, before)
    }
  }
}

/// Which parts of features are computed alone.
enum RegionWindow {
  /// Smaller features are always computed whole: other kernels serve them.
  static let leastSide = 64

  /// Whole tiles of every kernel around what is needed, and enough of them for the kernels of whole
  /// pictures.
  static func around(_ needed: PixelBox, within outer: PixelBox) -> PixelBox {
    PixelBox(
      rows: needed.rows.aligned(to: 16, least: 32, within: outer.rows),
      columns: needed.columns.aligned(to: 16, least: 32, within: outer.columns))
  }
}

extension SynthesisState {
  /// Goes on with the part `box` of the whole features alone.
  mutating func crop(to box: PixelBox) {
    let side = features.shape[3]
    let origin = window ?? PixelBox(rows: 0..<features.shape[2], columns: 0..<side)
    if window == nil { windowSide = side }
    func cropped(_ tensor: Tensor?) -> Tensor? {
      guard let tensor else { return nil }
      let factor = side / tensor.shape[3]
      func local(_ range: Range<Int>, _ start: Int) -> Range<Int> {
        (range.lowerBound - start) / factor..<(range.upperBound - start) / factor
      }
      return tensor.cropped(
        rows: local(box.rows, origin.rows.lowerBound),
        columns: local(box.columns, origin.columns.lowerBound))
    }
    image = cropped(image)
    shortcut = cropped(shortcut)
    features = cropped(features) ?? features
    window = box
  }
}
