import Tensors

/// What a scene generator paints: a class for every pixel and, where it uses them, an instance.
public struct SceneInput: Sendable, Hashable {
  /// Rows.
  public let height: Int
  /// Columns.
  public let width: Int
  /// The class of every pixel, rows first.
  public var labels: [Int32]
  /// The instance of every pixel: its class for stuff, class · 1000 + k for things.
  public var instances: [Int32]?
  /// The RGB picture that takes the labels' place where a network has no classes: `[1, 3, H, W]`,
  /// −1 to 1.
  public var picture: Picture?

  /// A tensor that is compared by its elements.
  public struct Picture: Sendable, Hashable {
    /// The elements.
    public var tensor: Tensor

    /// Whether all elements are equal.
    public static func == (a: Picture, b: Picture) -> Bool {
      a.tensor.shape == b.tensor.shape && a.tensor.scalars == b.tensor.scalars
    }

    /// Hashes the shape.
    public func hash(into hasher: inout Hasher) { hasher.combine(tensor.shape) }
  }

  /// Maps of one size.
  public init(height: Int, width: Int, labels: [Int32], instances: [Int32]? = nil) {
    precondition(
      labels.count == height * width && (instances?.count ?? labels.count) == labels.count,
      "\(labels.count) labels and \(instances?.count ?? 0) instances for \(height)×\(width)")
    self.height = height
    self.width = width
    self.labels = labels
    self.instances = instances
  }

  /// A picture `[1, 3, H, W]` in place of labels.
  public init(picture: Tensor, instances: [Int32]? = nil) {
    precondition(picture.shape.rank == 4 && picture.shape[0] == 1, "picture \(picture.shape)")
    self.init(
      height: picture.shape[2], width: picture.shape[3],
      labels: [Int32](repeating: 0, count: picture.shape[2] * picture.shape[3]),
      instances: instances)
    self.picture = Picture(tensor: picture)
  }

  /// The borders of instances, `[1, 1, H, W]`: 1 where a pixel differs from its left, right, upper or
  /// lower neighbour, else 0.
  public static func edges(_ instances: [Int32], height: Int, width: Int) -> Tensor {
    Tensor(uninitialized: [1, 1, height, width]) { edge in
      instances.withUnsafeBufferPointer { id in
        for y in 0..<height {
          for x in 0..<width {
            let i = y * width + x, own = id[i]
            let differs =
              (x > 0 && id[i - 1] != own) || (x + 1 < width && id[i + 1] != own)
              || (y > 0 && id[i - width] != own) || (y + 1 < height && id[i + width] != own)
            edge[i] = differs ? 1 : 0
          }
        }
      }
    }
  }

  /// One channel a class, `[1, channels, H, W]`: 1 where the pixel is of the class. Pixels of other
  /// labels have no channel.
  public static func oneHot(_ labels: [Int32], channels: Int, height: Int, width: Int) -> Tensor {
    Tensor(uninitialized: [1, channels, height, width]) { values in
      values.update(repeating: 0)
      for (i, label) in labels.enumerated() where label >= 0 && label < Int32(channels) {
        values[Int(label) * height * width + i] = 1
      }
    }
  }

  /// What a network of `size` takes: classes, borders and, if it has them, features.
  ///
  /// Throws ``NetworkError/unsuitableScene(reason:)`` for labels without a class and for maps that
  /// are missing.
  public func semantics(_ size: SceneSize) throws -> Tensor {
    var parts: [Tensor] = []
    if size.classes == 0 {
      guard let picture, picture.tensor.shape[1] == 3 else {
        throw NetworkError.unsuitableScene(
          reason: "this network has no classes: it takes an RGB picture in place of a label map")
      }
      parts.append(picture.tensor)
    } else {
      let channels = size.classes + (size.hasUnknownClass ? 1 : 0)
      var known = labels
      if size.hasUnknownClass {
        let unknown = Int32(size.classes)
        for i in known.indices where known[i] == 255 { known[i] = unknown }
      }
      let strange = Set(known.filter { $0 < 0 || $0 >= Int32(channels) }).sorted()
      guard strange.isEmpty else {
        throw NetworkError.unsuitableScene(
          reason: "the label map holds "
            + strange.prefix(8).map { "\($0)" }.joined(separator: ", ")
            + (strange.count > 8 ? " …" : "")
            + ", but this network has classes 0 to \(channels - 1)")
      }
      parts.append(Self.oneHot(known, channels: channels, height: height, width: width))
    }
    if size.usesInstances {
      guard let instances else {
        throw NetworkError.unsuitableScene(
          reason: "this network paints the borders of instances and needs an instance map")
      }
      parts.append(Self.edges(instances, height: height, width: width))
    }
    return parts.count == 1 ? parts[0] : Tensor.concatenatedChannels(parts)
  }
}
