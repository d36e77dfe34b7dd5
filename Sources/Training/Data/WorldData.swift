import Tensors

/// A world drawn as it is trained on: nothing lies on the disk, and no picture comes twice unless
/// there is a limit.
public struct WorldData: TrainingData {
  /// The world.
  public let world: World
  /// How many samples there are; `nil` for as many as are asked for.
  public let count: Int?
  /// The number of the first.
  private let first: Int

  /// The samples from number `first` on, `count` of them or endlessly many.
  public init(_ world: World, first: Int = 0, count: Int? = nil) {
    precondition(count.map { $0 > 0 } ?? true, "a world of no samples")
    (self.world, self.first, self.count) = (world, first, count)
  }

  /// The pictures' width in pixels.
  public var width: Int { world.width }
  /// The pictures' height in pixels.
  public var height: Int { world.height }

  /// Kind, size, seed and version of the world, and which of its samples.
  public var summary: String {
    let size = "\(world.width)×\(world.height) px, seed \(world.seed), version \(World.version)"
    let part = (count.map { ", \($0) samples" } ?? "") + (first > 0 ? " from \(first)" : "")
    return "world of \(world.kind.rawValue), \(size)\(part)"
  }

  /// Draws the samples, on as many threads as ``Parallel/threads`` allows.
  public func samples(_ numbers: [Int]) -> [TrainingSample] {
    world.samples(numbers.map { $0 + first }).map {
      TrainingSample(
        picture: $0.picture, labels: $0.labels, instances: $0.instances,
        attributes: Dictionary($0.vector.map { ($0.name, $0.value) }) { first, _ in first })
    }
  }
}
