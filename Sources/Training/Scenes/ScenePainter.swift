import Imaging
import Networks
import Tensors

/// A network that paints label maps beside labelled samples: what it makes of a sample with its own
/// style, and with another's.
public struct ScenePainter: Sendable {
  private let generator: any SceneGenerator
  private let encoder: (any SceneEncoder)?
  /// Whether norms keep the statistics of the sample with its own styles when an object is repainted,
  /// as after a hold in a session; another code is another scene, and holds nothing.
  public let holds: Bool

  /// The painter of a network; throws ``NetworkError`` if it is of another kind.
  public init(_ network: CanonicalNetwork, holds: Bool = false) throws {
    self.holds = holds
    generator = try Scenes.load(network)
    encoder = try Scenes.loadEncoder(network)
  }

  private var size: SceneSize { generator.size }

  /// Whether pictures have styles: features of objects, or a code.
  public var hasStyles: Bool {
    (size.features > 0 || size.codeWidth > 0) && encoder != nil
  }

  /// Whether the style of a picture is one code.
  var hasCodes: Bool { size.codeWidth > 0 && encoder != nil }

  /// The pixels of every class that two samples share, in the one and in the other.
  func sharedClasses(
    _ a: TrainingSample, _ b: TrainingSample
  ) -> [(here: [Bool], there: [Bool])] {
    guard let here = a.labels?.map.values, let there = b.labels?.map.values else { return [] }
    return Set(here).intersection(there).sorted().map { label in
      (here.map { $0 == label }, there.map { $0 == label })
    }
  }

  /// A sample painted with the style that its own picture has: `[1, C, H, W]`.
  public func painted(_ sample: TrainingSample) throws -> Tensor {
    generator.pictures(
      try sample.scene().semantics(size), style: try style(of: sample, from: sample))
  }

  /// A sample painted with another's style: for features that of the other's largest object on the
  /// largest object here, for codes the other's whole; `nil` where there are no styles.
  public func repainted(_ sample: TrainingSample, from other: TrainingSample) throws -> Tensor? {
    guard hasStyles, let after = try style(of: sample, from: other) else { return nil }
    let maps = try sample.scene()
    guard holds, size.features > 0, let before = try style(of: sample, from: sample) else {
      return generator.pictures(try maps.semantics(size), style: after)
    }
    return try generator.synthesis(
      maps, style: .features(after), holding: (maps, .features(before)))
  }

  /// The largest object of a sample, the one that ``repainted(_:from:)`` changes.
  public func target(_ sample: TrainingSample) -> [Bool]? {
    guard size.features > 0 else { return nil }
    let regions = sample.regions(size)
    return Self.largestObject(regions).map { id in regions.map { $0 == id } }
  }

  /// The style of a sample, with the largest object's from another one.
  private func style(of sample: TrainingSample, from other: TrainingSample) throws -> Tensor? {
    guard hasStyles, let encoder else { return nil }
    func encoded(_ sample: TrainingSample) throws -> EncodedPhoto {
      try encoder.encode(sample.picture.tensor())
    }
    guard case .features(let own) = try encoded(sample) else {
      if case .distribution(let mean, _) = try encoded(other) { return mean }
      return nil
    }
    let here = sample.regions(size), there = other.regions(size)
    var style = own.averagedOverRegions([here])
    guard sample.picture != other.picture, case .features(let source) = try encoded(other),
      let target = Self.largestObject(here), let donor = Self.largestObject(there),
      let place = there.firstIndex(of: donor)
    else { return style }
    let found = source.averagedOverRegions([there]).scalars
    let plane = here.count, channels = own.shape[1]
    style.withUnsafeMutableBuffer { values in
      for (pixel, id) in here.enumerated() where id == target {
        for channel in 0..<channels {
          values[channel * plane + pixel] = found[channel * there.count + place]
        }
      }
    }
    return style
  }

  /// The object (an id from 1,000 on) with the most pixels, else the largest region.
  private static func largestObject(_ regions: [Int32]) -> Int32? {
    var areas: [Int32: Int] = [:]
    for id in regions { areas[id, default: 0] += 1 }
    let objects = areas.filter { $0.key >= 1000 }
    return (objects.isEmpty ? areas : objects).max { ($0.value, $1.key) < ($1.value, $0.key) }?.key
  }
}

extension TrainingSample {
  /// The maps, as networks take them; throws ``TrainingError`` without labels.
  func scene() throws -> SceneInput {
    guard let labels else {
      throw TrainingError.unfitData(
        place: "pictures without label maps",
        reason: "a network that paints label maps needs the class of every pixel")
    }
    return SceneInput(
      height: labels.height, width: labels.width, labels: labels.map.values,
      instances: (instances?.map ?? labels.map).values)
  }

  /// What features are averaged over.
  func regions(_ size: SceneSize) -> [Int32] {
    let ids = size.featuresFollowLabels ? nil : instances?.map.values
    return ids ?? labels?.map.values ?? []
  }
}
