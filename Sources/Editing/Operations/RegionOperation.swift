import Imaging
import Tensors

/// A part of the picture with a latent of its own: in the chosen layers, the activations inside a mask
/// are those that another latent gives.
///
/// Every chosen layer works twice on what the layer before has made, once with the picture's row of
/// W+ and once with the region's, and the results are blended: x ← x + m (x' − x), m being the mask's
/// weight over each cell of the layer's grid. Blending activations by masks on a stock generator is
/// known from multimask (eps696/stylegan2) and from Collins et al., arXiv 2004.14367.
public struct RegionOperation: EditOperation {
  /// The name in recipes.
  public static let kind = "region"
  /// The version in recipes.
  public static let version = 1

  /// What the region is called, such as `eyes`.
  public var name: String
  /// Where it is, in widths and heights of the picture.
  public var mask: [MaskShape]
  /// The latent that it carries.
  public var source: LatentSource
  /// The rows of W+ that are its own.
  public var layers: LayerSet
  /// How far these rows go from the picture's to the source's; 1 is the whole way.
  public var weight: Float
  /// The width of the band over which the border is softened, in widths of the picture, 0 to 1.
  public var feather: Double

  /// A region; see the properties.
  public init(
    name: String, mask: [MaskShape], source: LatentSource, layers: LayerSet, weight: Float = 1,
    feather: Double = 0.1
  ) {
    self.name = name
    self.mask = mask
    self.source = source
    self.layers = layers
    self.weight = weight
    self.feather = feather
  }

  /// The stored content that the source names.
  public var tensors: [Digest] { source.tensors }

  /// The stored masks.
  public var maps: [Digest] { mask.compactMap(\.map) }

  /// `region eyes (ellipse 0.5,0.4,0.2,0.06) with seed 821 (4-13)`.
  public func summary(_ name: (Digest) -> String) -> String {
    "region \(self.name) (\(mask.map(\.description).joined(separator: ", "))) with "
      + "\(source.summary(name)) (\(layers))"
  }

  /// Works the region out for W+ `[rows, wDim]` of the finished picture.
  func plan(
    _ ws: Tensor, in context: any EditContext, side: Int, map: (Digest) throws -> IntegerMap
  ) throws -> PlannedRegion {
    guard feather.isFinite, (0...1).contains(feather) else {
      throw EditingError.unsupported(
        reason: "the feather of region '\(name)' is \(feather), not a number from 0 to 1.")
    }
    let mask = try Mask(mask, width: side, height: side, unit: .picture, map: map)
    guard !mask.isEmpty else {
      throw EditingError.unsupported(
        reason:
          "the mask of region '\(name)' meets no pixel of the picture: coordinates run from 0 "
          + "to 1, from the left and from the top.")
    }
    let rows = try layers.indices(count: ws.shape[0])
    let mixed = try MixOperation(with: source, layers: layers, weight: weight)
      .apply(to: ws, in: context)
    return PlannedRegion(
      name: name, ws: mixed, rows: Set(rows), mask: mask, feather: feather * Double(side))
  }
}

/// A region worked out for a network.
public struct PlannedRegion: Sendable {
  /// What it is called.
  public let name: String
  /// W+ `[rows, wDim]`, its own rows in the region's layers.
  public let ws: Tensor
  /// The rows in which it is blended in.
  public let rows: Set<Int>
  /// Where it is, at the size of the picture.
  public let mask: Mask
  /// The width of its soft border in pixels of the picture.
  public let feather: Double

  /// A region; see the properties.
  package init(name: String, ws: Tensor, rows: Set<Int>, mask: Mask, feather: Double) {
    self.name = name
    self.ws = ws
    self.rows = rows
    self.mask = mask
    self.feather = feather
  }
}
