import Imaging
import Tensors

/// Pictures to train on, by number.
public protocol TrainingData: Sendable {
  /// What they are, for settings, cards and reports: equal for equal pictures.
  var summary: String { get }

  /// How many there are; `nil` where every number has a picture.
  var count: Int? { get }

  /// The samples' width in pixels.
  var width: Int { get }

  /// The samples' height in pixels.
  var height: Int { get }

  /// The samples of these numbers, in this order.
  func samples(_ numbers: [Int]) throws -> [TrainingSample]
}

/// Data and their mirror images: number n + count is n mirrored (the official scripts' `--mirror`).
///
/// Endless data need no mirror and stay as they are.
public struct MirroredData: TrainingData {
  private let data: any TrainingData

  /// The data with their mirror images.
  public init(_ data: any TrainingData) { self.data = data }

  /// The data in words.
  public var summary: String { data.count == nil ? data.summary : "\(data.summary), mirrored too" }
  /// Twice as many; `nil` for endless data.
  public var count: Int? { data.count.map { $0 * 2 } }
  /// The samples' width in pixels.
  public var width: Int { data.width }
  /// The samples' height in pixels.
  public var height: Int { data.height }

  /// The samples of these numbers, those from the first half on mirrored.
  public func samples(_ numbers: [Int]) throws -> [TrainingSample] {
    guard let count = data.count else { return try data.samples(numbers) }
    let samples = try data.samples(numbers.map { $0 % count })
    return zip(numbers, samples).map { $0 < count ? $1 : $1.mirrored() }
  }
}

/// The order in which data are seen: endless data by their numbers, others shuffled anew in every
/// round. A function of seed and position, so that going on needs the position alone.
public struct TrainingOrder: Sendable {
  private let count: Int?
  private let seed: UInt32
  private var round: (number: Int, order: [Int]) = (-1, [])

  /// The order of `count` samples, or of endlessly many.
  public init(count: Int?, seed: UInt32) {
    precondition(count.map { $0 > 0 } ?? true, "no data")
    (self.count, self.seed) = (count, seed)
  }

  /// The numbers of the `batch` samples from the position on.
  public mutating func numbers(at position: Int, batch: Int) -> [Int] {
    guard let count else { return Array(position..<position + batch) }
    return (position..<position + batch).map { place in
      if place / count != round.number {
        var random = TrainingMoment(step: place / count, pictures: 0, seed: seed).draws(0)
        round = (place / count, random.permutation(count))
      }
      return round.order[place % count]
    }
  }
}

extension TrainingSample {
  /// The sample with left and right exchanged.
  func mirrored() -> TrainingSample {
    TrainingSample(
      picture: picture.mirrored(), labels: labels.map { LabelMap($0.map.mirrored()) },
      instances: instances.map { InstanceMap($0.map.mirrored()) })
  }
}

extension Image {
  fileprivate func mirrored() -> Image {
    var mirrored = self
    mirrored.pixels.withUnsafeMutableBufferPointer { target in
      pixels.withUnsafeBufferPointer { source in
        for y in 0..<height {
          for x in 0..<width {
            let (to, from) = ((y * width + x) * channels, (y * width + width - 1 - x) * channels)
            for c in 0..<channels { target[to + c] = source[from + c] }
          }
        }
      }
    }
    return mirrored
  }
}

extension IntegerMap {
  fileprivate func mirrored() -> IntegerMap {
    var values: [Int32] = []
    values.reserveCapacity(self.values.count)
    for y in 0..<height { values += self.values[y * width..<(y + 1) * width].reversed() }
    return IntegerMap(width: width, height: height, values: values)
  }
}
