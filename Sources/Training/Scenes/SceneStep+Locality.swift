import Networks
import Tensors

extension SceneStep {
  /// The steps between two that look at locality: the picture is drawn once more for it.
  static let localityInterval = 2

  /// Mean |change| of the pixels around one object of every picture that is given another style, with
  /// its weight; `nil` where none is asked for, or where no picture has objects.
  ///
  /// Instance norms carry what one object looks like to all of the picture. A network that is only ever
  /// shown the true styles together need not learn that the paint of a car is nobody else's; this loss
  /// says so. The object and its style, every feature from −1 to 1 as the encoder's are, are drawn at
  /// random. The picture itself, `drawn`, is what the rest should stay, and no gradient goes to it.
  func locality(
    of drawn: Tensor, _ work: Work, style: Tensor?, generator: any SceneGenerator,
    _ moment: TrainingMoment
  ) -> Tensor? {
    guard plan.objective.locality > 0, size.features > 0, let style,
      moment.step % Self.localityInterval == 0
    else { return nil }
    var draws = moment.draws(2)
    var other = style.detached
    let (channels, plane) = (other.shape[1], other.shape[2] * other.shape[3])
    var isAround = [Float](repeating: 0, count: work.regions.count * plane)
    var pixels = 0
    for (sample, regions) in work.regions.enumerated() {
      let objects = Set(regions.filter { $0 >= 1000 }).sorted()
      guard !objects.isEmpty else { continue }
      let object = objects[draws.integer(in: 0..<objects.count)]
      let features = (0..<channels).map { _ in Float(draws.uniform(-1, 1)) }
      other.withUnsafeMutableBuffer { values in
        for (pixel, id) in regions.enumerated() {
          guard id == object else {
            isAround[sample * plane + pixel] = 1
            pixels += 1
            continue
          }
          for channel in 0..<channels {
            values[(sample * channels + channel) * plane + pixel] = features[channel]
          }
        }
      }
    }
    guard pixels > 0 else { return nil }
    let mask = Tensor(isAround, shape: [work.regions.count, 1, style.shape[2], style.shape[3]])
    let repainted = generator.pictures(work.semantics, style: other)
    let change = ((repainted - drawn.detached).magnitude() * mask).sum()
    return change * (plan.objective.locality / Float(pixels * drawn.shape[1]))
  }
}
