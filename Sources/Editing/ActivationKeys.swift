import Foundation
import Networks
import Tensors

/// The names of the activations of one picture after each of its layers.
///
/// A name is a digest of all that the layers so far have read: the network, their rows of W+, what
/// was added to their styles, the strength of their noise, the regions that are blended in there, and
/// the settings that concern all of them. Equal names mean equal activations, bit for bit, and the pictures of two plans are the same
/// up to the first layer whose names differ.
public struct ActivationKeys: Sendable {
  /// The name of the state after as many layers as the index says; the first is that of the
  /// beginning.
  public let digests: [Digest]

  /// The names of the activations of a plan.
  public init(network: Digest, generator: any Generator, plan: RenderPlan) {
    let settings = plan.settings, width = plan.ws.shape[-1]
    var digest = Self.digest { hasher in
      Self.add("atelier activations 1 \(network) \(plan.ws.shape)", to: &hasher)
      if let tuned = plan.tuned { Self.add("tuning \(tuned.tuning)", to: &hasher) }
      Self.add("lod \(settings.lod.map { "\($0.bitPattern)" } ?? "own")", to: &hasher)
      let transform = settings.transform?.elements.map { "\($0.bitPattern)" }
      Self.add("transform \(transform?.joined(separator: " ") ?? "own")", to: &hasher)
      switch settings.noise.source {
      case .const: Self.add("const", to: &hasher)
      case .none: Self.add("none", to: &hasher)
      case .random(let seed): Self.add("random \(seed)", to: &hasher)
      case .maps(let maps):
        Self.add(maps.map { Digest(of: $0).hexadecimal }.joined(separator: " "), to: &hasher)
      }
    }
    var digests = [digest]
    let regions = plan.regions.map { (region: $0, mask: $0.maskDigest) }
    for layer in generator.layers {
      let strength = layer.kind == .toRGB ? nil : settings.noise.strength?[layer.row]
      let offsets = settings.styleOffsets[layer.name]
      digest = Self.digest { hasher in
        Self.add(digest.hexadecimal, to: &hasher)
        Self.add(plan.ws, row: layer.row, width: width, to: &hasher)
        Self.add("strength \((strength ?? 1).bitPattern)", to: &hasher)
        Self.add(offsets.map { Digest(of: $0).hexadecimal } ?? "", to: &hasher)
        for (region, mask) in regions where region.rows.contains(layer.row) {
          Self.add("region \(mask.hexadecimal)", to: &hasher)
          Self.add(region.ws, row: layer.row, width: width, to: &hasher)
        }
      }
      digests.append(digest)
    }
    self.digests = digests
  }

  /// How many layers two plans share.
  public func sharedDepth(with other: ActivationKeys) -> Int {
    let count = min(digests.count, other.digests.count)
    return ((0..<count).first { digests[$0] != other.digests[$0] } ?? count) - 1
  }

  private static func digest(_ fill: (inout Digest.Hasher) -> Void) -> Digest {
    var hasher = Digest.Hasher()
    fill(&hasher)
    return hasher.finalize()
  }

  /// A row of W+ `[rows, width]`.
  private static func add(
    _ ws: Tensor, row: Int, width: Int, to hasher: inout Digest.Hasher
  ) {
    ws.withUnsafeBuffer { ws in
      let row = ws[row * width..<(row + 1) * width]
      hasher.update(UnsafeRawBufferPointer(UnsafeBufferPointer(rebasing: row)))
    }
  }

  private static func add(_ text: String, to hasher: inout Digest.Hasher) {
    // The terminator keeps two texts in a row from reading like two others.
    hasher.update(Data((text + "\u{0}").utf8))
  }
}
