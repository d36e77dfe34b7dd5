/// A place between two layers at which the features lie on the grid of a smaller picture.
public struct PreviewPoint: Hashable, Sendable {
  /// The side of the smaller picture in pixels.
  public let side: Int
  /// How many layers have worked by then.
  public let depth: Int
  /// How many pixels the features cover beyond the picture, on every side (StyleGAN3).
  public let margin: Int

  /// A place; see the properties.
  package init(side: Int, depth: Int, margin: Int = 0) {
    self.side = side
    self.depth = depth
    self.margin = margin
  }
}

extension Generator {
  /// After the last layer of every side but the last.
  public var previews: [PreviewPoint] {
    let sides = layers.map(\.resolution)
    return sides.indices.dropLast().compactMap { index in
      sides[index + 1] > sides[index]
        ? PreviewPoint(side: sides[index], depth: index + 1) : nil
    }
  }
}
