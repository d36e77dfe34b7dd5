import Imaging
import Networks
import Tensors

extension SceneStep {
  /// A row for every sample of the showcase: its label map, its picture, the picture painted with its
  /// own style, and one with another's (``ScenePainter/repainted(_:from:)``, from the next sample).
  public func sheet() throws -> Image {
    try Self.sheet(of: ScenePainter(result()), showcase)
  }

  /// The sheet of a painter; samples of one size.
  public static func sheet(
    of painter: ScenePainter, _ samples: [TrainingSample]
  ) throws -> Image {
    let palette = Palette(numbering: samples.flatMap { $0.labels?.map.distinctValues ?? [] })
    let cells = try samples.enumerated().map { index, sample -> [Image?] in
      let other = samples[(index + 1) % samples.count]
      let repainted = try painter.repainted(sample, from: other).map { Image($0) }
      return [
        sample.labels.map { palette.image(of: $0, instances: sample.instances) }, sample.picture,
        Image(try painter.painted(sample)),
      ] + (painter.hasStyles ? [repainted] : [])
    }
    let columns = ["labels", "picture", "painted", "other style"]
    return ContactSheet(
      cells: cells, columns: columns.prefix(painter.hasStyles ? 4 : 3).map { .text($0) },
      cellWidth: samples[0].picture.width, cellHeight: samples[0].picture.height
    ).image()
  }
}
