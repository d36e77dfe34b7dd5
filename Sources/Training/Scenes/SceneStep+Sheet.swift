import Imaging
import Networks
import Tensors

extension SceneStep {
  /// A row for every sample of the showcase: its label map, its picture, the picture painted with its
  /// own style, and one with another's: for features that of the largest object of the next sample on
  /// the largest object here, for codes the next sample's.
  public func sheet() throws -> Image {
    let network = try result()
    let generator = try Scenes.load(network), encoder = try Scenes.loadEncoder(network)
    let palette = Palette(numbering: showcase.flatMap { $0.labels?.map.distinctValues ?? [] })
    let styles = try showcase.map { sample -> EncodedPhoto? in
      guard size.features > 0 || size.codeWidth > 0 else { return nil }
      return try encoder?.encode(sample.picture.tensor())
    }
    var cells: [[Image?]] = []
    for (index, sample) in showcase.enumerated() {
      let semantics = try scene(sample).semantics(size)
      var row: [Image?] = [
        sample.labels.map { palette.image(of: $0, instances: sample.instances) }, sample.picture,
      ]
      for other in Set([index, (index + 1) % showcase.count]).sorted(by: { a, _ in a == index }) {
        let style = style(for: index, from: other, styles)
        row.append(Image(generator.pictures(semantics, style: style)))
        if style == nil { break }
      }
      cells.append(row)
    }
    let width = cells.map(\.count).max() ?? 1
    return ContactSheet(
      cells: cells.map { $0 + [Image?](repeating: nil, count: width - $0.count) },
      columns: ["labels", "picture", "painted", "other style"].prefix(width).map { .text($0) },
      cellWidth: showcase[0].picture.width, cellHeight: showcase[0].picture.height
    ).image()
  }

  /// Sample `index`'s own style, with that of `other` for its largest object, or its code.
  private func style(
    for index: Int, from other: Int, _ styles: [EncodedPhoto?]
  ) -> Tensor? {
    guard let own = styles[index], let another = styles[other] else { return nil }
    guard case .features(let features) = own, case .features(let source) = another else {
      if case .distribution(let mean, _) = another { return mean }
      return nil
    }
    let here = regions(showcase[index]), there = regions(showcase[other])
    var painted = features.averagedOverRegions([here])
    guard index != other, let target = Self.largestObject(here),
      let donor = Self.largestObject(there), let place = there.firstIndex(of: donor)
    else { return painted }
    let vectors = source.averagedOverRegions([there])
    let plane = here.count
    let vector = (0..<vectors.shape[1]).map { vectors.scalars[$0 * plane + place] }
    painted.withUnsafeMutableBuffer { values in
      for (pixel, id) in here.enumerated() where id == target {
        for channel in vector.indices { values[channel * plane + pixel] = vector[channel] }
      }
    }
    return painted
  }

  /// The object (an id from 1,000 on) with the most pixels, else the largest region.
  private static func largestObject(_ regions: [Int32]) -> Int32? {
    var areas: [Int32: Int] = [:]
    for id in regions { areas[id, default: 0] += 1 }
    let objects = areas.filter { $0.key >= 1000 }
    return (objects.isEmpty ? areas : objects).max { ($0.value, $1.key) < ($1.value, $0.key) }?.key
  }
}
