import Foundation
import Imaging
import Networks
import Tensors

/// How well a network paints scenes that it was not trained on: how near it comes to their pictures,
/// and how much of a picture changes when one object gets another's style.
public struct SceneMeasure: Sendable, Codable, Hashable {
  /// How many scenes were painted.
  public let scenes: Int
  /// Mean |painted − picture| over all pixels, in steps of 255.
  public let reconstruction: Double
  /// Mean |all-grey − picture| for comparison: every pixel the mean colour of its own picture.
  public let greyReconstruction: Double
  /// Mean change of the pixels of the repainted objects, in steps of 255; `nil` without features.
  public let changeInside: Double?
  /// Mean change of all other pixels; `nil` without features.
  public let changeOutside: Double?
  /// The largest share of a scene of outside to inside; `nil` without features.
  public let largestShare: Double?
  /// How much nearer the mean colour of the repainted objects comes to the donor's in the donor's own
  /// picture: 1 − distance after / distance before, over all scenes. Of networks with one code for the
  /// picture, the mean colours of all classes that both pictures have, by their area here; `nil`
  /// without styles.
  public let colourTaken: Double?

  /// Paints `samples` and repaints the largest object of each with the style of the next one's.
  public init(_ painter: ScenePainter, _ samples: [TrainingSample]) throws {
    precondition(!samples.isEmpty, "nothing to measure")
    var near = 0.0, grey = 0.0, inside: [Double] = [], outside: [Double] = []
    var before = 0.0, after = 0.0
    for (index, sample) in samples.enumerated() {
      let picture = sample.picture.tensor(), painted = try painter.painted(sample)
      near += Self.distance(painted, picture)
      let mean = picture.averaged(over: [2, 3]).broadcast(to: picture.shape)
      grey += Self.distance(mean, picture)
      let other = samples[(index + 1) % samples.count]
      if painter.hasCodes, let repainted = try painter.repainted(sample, from: other) {
        for (here, there) in painter.sharedClasses(sample, other) {
          let wanted = Self.colour(other.picture.tensor(), there)
          let share = Double(here.count { $0 }) / Double(here.count)
          before += share * Self.distance(Self.colour(painted, here), wanted)
          after += share * Self.distance(Self.colour(repainted, here), wanted)
        }
        continue
      }
      guard let target = painter.target(sample), let donor = painter.target(other),
        let repainted = try painter.repainted(sample, from: other)
      else { continue }
      let change = (repainted - painted).magnitude().scalars
      let plane = target.count, channels = painted.shape[1]
      var sums = (inside: 0.0, outside: 0.0), pixels = 0
      for i in 0..<plane {
        let value = (0..<channels).reduce(0.0) { $0 + Double(change[$1 * plane + i]) }
        if target[i] {
          sums.inside += value
          pixels += 1
        } else {
          sums.outside += value
        }
      }
      guard pixels > 0, pixels < plane else { continue }
      inside.append(sums.inside / Double(pixels * channels) * 127.5)
      outside.append(sums.outside / Double((plane - pixels) * channels) * 127.5)
      let wanted = Self.colour(other.picture.tensor(), donor)
      before += Self.distance(Self.colour(painted, target), wanted)
      after += Self.distance(Self.colour(repainted, target), wanted)
    }
    scenes = samples.count
    reconstruction = near / Double(samples.count) * 127.5
    greyReconstruction = grey / Double(samples.count) * 127.5
    changeInside = inside.isEmpty ? nil : inside.reduce(0, +) / Double(inside.count)
    changeOutside = outside.isEmpty ? nil : outside.reduce(0, +) / Double(outside.count)
    largestShare = zip(outside, inside).map { $0 / max($1, 1e-9) }.max()
    colourTaken = before == 0 ? nil : 1 - after / before
  }

  private static func distance(_ a: Tensor, _ b: Tensor) -> Double {
    Double((a - b).magnitude().mean().scalar)
  }

  private static func distance(_ a: [Double], _ b: [Double]) -> Double {
    zip(a, b).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }.squareRoot()
  }

  /// The mean colour of some pixels.
  private static func colour(_ picture: Tensor, _ isInside: [Bool]) -> [Double] {
    let values = picture.scalars, plane = isInside.count
    let count = Double(max(isInside.count { $0 }, 1))
    return (0..<picture.shape[1]).map { channel in
      isInside.indices.reduce(0.0) {
        isInside[$1] ? $0 + Double(values[channel * plane + $1]) : $0
      } / count
    }
  }
}
