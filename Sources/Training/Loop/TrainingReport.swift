import Foundation

/// What is kept of a tick, and what the curves are drawn from.
public struct TrainingReport: Sendable, Hashable, Codable {
  /// The tick.
  public var tick: TrainingTick
  /// The pictures of data trained on each second since the last report; saving is left out.
  public var picturesPerSecond: Double
  /// Billions of operations each second, where they are counted.
  public var gigaflops: Double?
  /// The seconds that this run has trained in all.
  public var seconds: Double

  /// A report; see the properties.
  public init(
    tick: TrainingTick, picturesPerSecond: Double, gigaflops: Double?, seconds: Double
  ) {
    (self.tick, self.picturesPerSecond) = (tick, picturesPerSecond)
    (self.gigaflops, self.seconds) = (gigaflops, seconds)
  }

  /// One line for people.
  public var line: String {
    let losses = tick.losses.sorted { $0.key < $1.key }
      .map { String(format: "%@ %.4g", $0.key, $0.value) }.joined(separator: ", ")
    let speed =
      String(format: "%.2f pictures/s", picturesPerSecond)
      + (gigaflops.map { String(format: ", %.1f GFLOP/s", $0) } ?? "")
    return "\(tick.pictures) pictures: \(losses); \(speed)"
  }
}
