import Checkpoints
import Foundation
import Networks
import Tensors

/// The colours of one network's previews: fitted when first asked for, and kept in a file if a
/// folder is given, since the fit takes as long as a few pictures.
public final class PreviewMaps: @unchecked Sendable {
  private let generator: any Generator
  private let network: Digest
  private let folder: URL?
  private let lock = NSLock()
  private var fitted: [PreviewColours]?

  /// The maps of a network.
  ///
  /// - Parameters:
  ///   - generator: The network.
  ///   - network: The digest of its file.
  ///   - folder: Where the maps are kept from one process to the next; `nil` for nowhere. A file that
  ///     is damaged is made anew, and one that cannot be written is done without.
  public init(generator: any Generator, network: Digest, folder: URL? = nil) {
    self.generator = generator
    self.network = network
    self.folder = folder
  }

  /// The sides that previews are offered in, the smallest first.
  public var sides: [Int] { PreviewFit.points(of: generator).map(\.side) }

  /// The maps by place, the first that is reached first.
  func colours() -> [PreviewColours] {
    lock.withLock {
      if let fitted { return fitted }
      let colours = read() ?? PreviewFit.colours(of: generator)
      if fitted == nil, let file, !FileManager.default.fileExists(atPath: file.path) {
        write(colours, to: file)
      }
      fitted = colours
      return colours
    }
  }

  private var file: URL? {
    folder?.appendingPathComponent("\(network.hexadecimal).safetensors")
  }

  /// The maps in the file, `nil` unless it has all of them in the right shapes.
  private func read() -> [PreviewColours]? {
    guard let file, let checkpoint = try? Checkpoint(contentsOf: file),
      checkpoint.metadata["previews"] == Self.version
    else { return nil }
    let points = PreviewFit.points(of: generator), count = generator.size.imageChannels
    let colours = points.compactMap { point -> PreviewColours? in
      guard let weights = try? checkpoint.tensor("\(point.side).weights"),
        let bias = try? checkpoint.tensor("\(point.side).bias"), bias.shape == [count],
        weights.shape.rank == 2, weights.shape[0] == count, weights.shape[1] > 0,
        (weights.scalars + bias.scalars).allSatisfy(\.isFinite)
      else { return nil }
      return PreviewColours(point: point, weights: weights, bias: bias)
    }
    return colours.count == points.count ? colours : nil
  }

  private func write(_ colours: [PreviewColours], to file: URL) {
    try? FileManager.default.createDirectory(
      at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
    try? Safetensors.write(
      colours.flatMap {
        [("\($0.point.side).bias", $0.bias), ("\($0.point.side).weights", $0.weights)]
      }.map { (name: $0.0, tensor: $0.1) },
      metadata: ["previews": Self.version, "network": network.description], to: file)
  }

  private static let version = "1"
}
