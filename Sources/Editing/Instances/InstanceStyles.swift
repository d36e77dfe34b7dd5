import Imaging
import Tensors

/// The styles of a picture's instances: one vector each, with its class and its share of the picture.
///
/// What pix2pixHD's `encode_features` finds in a photograph (Wang et al., arXiv 1711.11585,
/// section 3.4).
public struct InstanceStyles: Hashable, Sendable {
  /// One instance.
  public struct Row: Hashable, Sendable {
    /// Its id in the instance map.
    public var id: Int32
    /// Its class.
    public var label: Int32
    /// Its area by ⌊H·W / 32⌋, the official measure: above 0.5 it counts in clusters.
    public var share: Double
    /// Its vector.
    public var vector: [Float]

    /// An instance; see the properties.
    public init(id: Int32, label: Int32, share: Double, vector: [Float]) {
      self.id = id
      self.label = label
      self.share = share
      self.vector = vector
    }
  }

  /// The instances by ascending id.
  public private(set) var rows: [Row]

  /// Styles by ascending id.
  public init(_ rows: [Row]) { self.rows = rows.sorted { $0.id < $1.id } }

  /// The mean of `features` `[1, F, H, W]` over every instance of a map of the same size.
  public init(features: Tensor, instances: IntegerMap) {
    let (channels, plane) = (features.shape[1], features.shape[2] * features.shape[3])
    precondition(
      features.shape[0] == 1 && features.shape[2] == instances.height
        && features.shape[3] == instances.width,
      "features \(features.shape) for a map of \(instances.sizeText)")
    let areas = instances.areas()
    let numbers = Dictionary(uniqueKeysWithValues: areas.enumerated().map { ($1.value, $0) })
    let places = instances.values.map { numbers[$0] ?? 0 }
    var sums = [Double](repeating: 0, count: areas.count * channels)
    features.withUnsafeBuffer { values in
      for channel in 0..<channels {
        for i in 0..<plane {
          sums[places[i] * channels + channel] += Double(values[channel * plane + i])
        }
      }
    }
    let unit = Double(max(plane / 32, 1))
    rows = areas.enumerated().map { number, entry in
      Row(
        id: entry.value, label: InstanceMap.labelID(of: entry.value),
        share: Double(entry.area) / unit,
        vector: (0..<channels).map { Float(sums[number * channels + $0] / Double(entry.area)) })
    }
  }

  /// The width of the vectors; 0 without instances.
  public var width: Int { rows.first?.vector.count ?? 0 }

  /// The style of an instance, `nil` if there is none of that id.
  public subscript(id: Int32) -> Row? { rows.first { $0.id == id } }

  /// Every pixel with the vector of its instance, 0 where there is none: `[1, F, H, W]`.
  public func painted(on instances: IntegerMap) -> Tensor {
    let plane = instances.values.count, width = width
    let vectors = Dictionary(
      rows.map { ($0.id, $0.vector) }, uniquingKeysWith: { first, _ in first })
    return Tensor(uninitialized: [1, width, instances.height, instances.width]) { features in
      features.update(repeating: 0)
      var last: (id: Int32, vector: [Float]?) = (-1, nil)
      for (i, id) in instances.values.enumerated() {
        if id != last.id { last = (id, vectors[id]) }
        guard let vector = last.vector else { continue }
        for channel in 0..<width { features[channel * plane + i] = vector[channel] }
      }
    }
  }
}

extension InstanceStyles {
  /// The styles as a table, `[instances, 3 + F]`: id, class, share, vector.
  public var tensor: Tensor {
    Tensor(
      rows.flatMap { [Float($0.id), Float($0.label), Float($0.share)] + $0.vector },
      shape: [rows.count, 3 + width])
  }

  /// Reads a table; throws ``EditingError/wrongShape(what:expected:found:)`` for anything else.
  public init(tensor: Tensor, what: String) throws {
    guard tensor.shape.rank == 2, tensor.shape[1] > 3 else {
      throw EditingError.wrongShape(
        what: what, expected: "[instances, 3 + features]", found: "\(tensor.shape)")
    }
    let values = tensor.scalars, width = tensor.shape[1]
    self.init(
      try (0..<tensor.shape[0]).map { row in
        let row = values[row * width..<(row + 1) * width]
        guard let id = Int32(exactly: row[row.startIndex]),
          let label = Int32(exactly: row[row.startIndex + 1]), id >= 0, label >= 0
        else { throw EditingError.unsupported(reason: "\(what) is no table of instance styles.") }
        return Row(
          id: id, label: label, share: Double(row[row.startIndex + 2]),
          vector: Array(row.dropFirst(3)))
      })
  }
}
