import Tensors

/// A second synthesis that shows in a part of the picture: after each of some layers, its
/// activations are blended by a mask into those of the first.
///
/// Both go side by side from the same depth. After a projection to colours that adds to a picture the
/// pictures so far are blended, after all other layers the features. Where the mask is 0 the first synthesis is left as it
/// is, to the bit; where it is 1 the second takes its place.
public struct SynthesisBlend: Sendable {
  /// The second synthesis, as deep as the first where the blending begins.
  public var state: SynthesisState
  /// Its W+ `[1, rows, wDim]`.
  public var ws: Tensor
  /// How much of it shows, 0 to 1: `[side, side]` of the whole picture.
  public var mask: Tensor
  /// The indices in ``Generator/layers`` after which it is blended in.
  public var layers: Range<Int>

  /// A blend; see the properties.
  public init(state: SynthesisState, ws: Tensor, mask: Tensor, layers: Range<Int>) {
    self.state = state
    self.ws = ws
    self.mask = mask
    self.layers = layers
  }
}

extension Generator {
  /// Goes on with two syntheses side by side to the end of the first: ``SynthesisBlend``.
  ///
  /// One picture at a time.
  public func synthesis(
    resuming state: SynthesisState, _ ws: Tensor, _ settings: SynthesisSettings,
    blending blend: SynthesisBlend
  ) -> Tensor {
    let masks = MaskPyramid(
      blend.mask, side: size.resolution, margin: previews.first?.margin ?? 0)
    var other = blend.state
    precondition(
      other.depth == state.depth && state.samples == 1,
      "a blend of depth \(other.depth) into \(state.samples) states of depth \(state.depth)")
    return synthesis(resuming: state, ws, settings) { state in
      advance(&other, to: state.depth, blend.ws, settings)
      if blend.layers.contains(state.depth - 1) {
        state.blend(other, masks, after: layers[state.depth - 1].kind)
      }
    }
  }
}

/// A mask at the sides of all layers.
final class MaskPyramid {
  private let side: Int
  private let margin: Int
  private var levels: [Int: Tensor]

  /// From a mask `[side, side]`; layers of other sides than the picture's halves cover `margin` pixels
  /// around it.
  init(_ mask: Tensor, side: Int, margin: Int = 0) {
    precondition(mask.shape == [side, side], "a mask of shape \(mask.shape) for \(side) pixels")
    self.side = side
    self.margin = margin
    levels = [side: mask.reshaped([1, 1, side, side])]
  }

  /// The mask averaged down to `[1, 1, side, side]`, its borders repeated over the margin.
  func level(_ side: Int) -> Tensor {
    if let level = levels[side] { return level }
    let factor = self.side / max(side, 1)
    let level: Tensor
    if factor * side == self.side, factor & (factor - 1) == 0 {
      level = self.level(2 * side).downsampled2(ResampleFilter([1, 1]))
    } else {
      precondition(margin > 0 && side > 2 * margin, "a layer of \(side) pixels has no mask")
      level = self.level(side - 2 * margin).bordered(by: margin)
    }
    levels[side] = level
    return level
  }
}

extension Tensor {
  /// A mask `[1, 1, H, W]` whose border pixels are repeated `margin` times on every side.
  fileprivate func bordered(by margin: Int) -> Tensor {
    let (h, w) = (shape[2], shape[3]), width = w + 2 * margin
    return Tensor(uninitialized: [1, 1, h + 2 * margin, width]) { result in
      withUnsafeBuffer { mask in
        for i in result.indices {
          let y = min(max(i / width - margin, 0), h - 1)
          result[i] = mask[y * w + min(max(i % width - margin, 0), w - 1)]
        }
      }
    }
  }
}

extension SynthesisState {
  /// Blends another state of the same depth in by a mask: what the layer before, of this kind, made.
  mutating func blend(
    _ other: SynthesisState, _ masks: MaskPyramid, after kind: LayerDescription.Kind
  ) {
    let side = features.shape[3]
    func mask(_ tensor: Tensor) -> Tensor {
      // A window's side says nothing of the whole; its place does.
      guard let window else { return masks.level(tensor.shape[3]) }
      let factor = side / tensor.shape[3]
      let part = window.map { $0.divided(by: factor) }
      return masks.level(windowSide / factor).cropped(rows: part.rows, columns: part.columns)
    }
    if kind != .toRGB || image == nil { features.blend(other.features, mask: mask(features)) }
    // Layers without a projection of their own in the list (StyleGAN, ProGAN) make colours too.
    if var image, let shown = other.image, kind == .toRGB || image.shape[3] == side {
      self.image = nil
      image.blend(shown, mask: mask(image))
      self.image = image
    }
  }
}

extension Tensor {
  /// self + (other − self) · mask for the pixels of all channels, `mask` `[1, 1, H, W]`; exactly self
  /// where it is 0, exactly other where it is 1.
  fileprivate mutating func blend(_ other: Tensor, mask: Tensor) {
    precondition(
      shape == other.shape && mask.shape[2] == shape[2] && mask.shape[3] == shape[3],
      "\(other.shape) by \(mask.shape) into \(shape)")
    let pixels = mask.count, planes = shape.count / max(pixels, 1)
    withUnsafeMutableBuffer { to in
      other.withUnsafeBuffer { other in
        mask.withUnsafeBuffer { mask in
          guard let to = to.baseAddress, let other = other.baseAddress,
            let mask = mask.baseAddress
          else { return }
          Parallel.forEach(planes) { plane in
            let (to, other) = (to + plane * pixels, other + plane * pixels)
            for i in 0..<pixels {
              let share = mask[i]
              let mixed = to[i] + (other[i] - to[i]) * share
              to[i] = share == 0 ? to[i] : share == 1 ? other[i] : mixed
            }
          }
        }
      }
    }
  }
}
