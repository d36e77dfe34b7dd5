import Foundation
import Imaging
import Networks
import Tensors

/// The soft masks of the regions rendered last: softening one takes longer than a small edit.
final class RegionMasks: @unchecked Sendable {
  private let lock = NSLock()
  private var kept: [(key: Digest, mask: GridMask)] = []
  private static let most = 16

  /// The regions of a plan as synthesis takes them.
  func regions(of plan: RenderPlan) -> [SynthesisRegion] {
    plan.regions.map { region in
      SynthesisRegion(
        ws: region.ws.reshaped(Shape([1] + region.ws.shape.dimensions)), rows: region.rows,
        mask: mask(of: region))
    }
  }

  private func mask(of region: PlannedRegion) -> GridMask {
    lock.withLock {
      let key = region.maskDigest
      let found = kept.firstIndex { $0.key == key }
      let entry =
        found.map { kept.remove(at: $0) } ?? (key: key, mask: Self.softened(region))
      kept.append(entry)
      if kept.count > Self.most { kept.removeFirst() }
      return entry.mask
    }
  }

  private static func softened(_ region: PlannedRegion) -> GridMask {
    let soft = SoftMask(region.mask, feather: region.feather)
    return GridMask { soft.resized(width: $0, height: $1, margin: $2).weights }
  }
}

extension PlannedRegion {
  /// The name of its soft mask.
  var maskDigest: Digest {
    var hasher = Digest.Hasher()
    hasher.update(Data("mask \(mask.width) \(mask.height) \(feather.bitPattern)\u{0}".utf8))
    mask.isIn.withUnsafeBytes { hasher.update($0) }
    return hasher.finalize()
  }
}
