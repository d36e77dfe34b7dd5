import Checkpoints
import Foundation
import Tensors
import Training

/// The augmentations of stylegan2-ada-pytorch at parameters that a case gives: pictures and gradients.
struct AugmentationWork {
  /// The parameters of every sample, each kind by its official name.
  private let values: [String: [Double]]

  init?(_ description: [String: Any]) {
    guard let table = description["parameters_per_sample"] as? [String: [Any]] else { return nil }
    values = table.mapValues { list in
      list.map { ($0 as? Double) ?? ($0 as? Int).map(Double.init) ?? .nan }
    }
  }

  /// Compares every `NAME.out` and `NAME.grad` of the stored tensors.
  func compare(_ stored: Checkpoint, _ report: ConformanceReport) throws {
    let image = try stored.tensor("image"), cotangent = try stored.tensor("cotangent")
    for name in stored.names.sorted() where name.hasSuffix(".out") {
      let kind = String(name.dropLast(".out".count))
      guard let samples = samples(kind, count: image.shape[0]) else {
        report.fail("augment.\(name)", "unsupported: nothing here knows this augmentation")
        continue
      }
      let tracked = image.tracked()
      let isGeometric = Self.kinds[kind]?.contains { Self.geometric.contains($0) } ?? true
      let out = Augmentation(samples, isGeometric: isGeometric)(tracked)
      let slope = gradient(of: (out * cotangent).sum(), withRespectTo: [tracked])[0]
      report.compare("augment.\(name)", out.detached, try stored.tensor(name), relative: 1e-4)
      report.compare(
        "augment.\(kind).grad", slope, try stored.tensor("\(kind).grad"), relative: 1e-4)
    }
  }

  private static let geometric = [
    "xflip", "rotate90_quarter_turns", "xint_tx_pixels", "xint_ty_pixels", "scale",
    "rotate_pre_radians", "aniso", "rotate_post_radians", "xfrac_tx_of_width",
    "xfrac_ty_of_height",
  ]
  private static let colours = [
    "brightness_add", "contrast_factor", "lumaflip", "hue_radians", "saturation_factor",
  ]

  /// The parameters that each case sets; the others leave the picture as it is.
  private static let kinds: [String: [String]] = [
    "xflip": ["xflip"], "xint": ["xint_tx_pixels", "xint_ty_pixels"],
    "xflip_xint": ["xflip", "xint_tx_pixels", "xint_ty_pixels"],
    "brightness": ["brightness_add"], "contrast": ["contrast_factor"],
    "saturation": ["saturation_factor"],
    "color3": ["brightness_add", "contrast_factor", "saturation_factor"],
    "bgc": geometric + colours,
  ]

  private func samples(_ kind: String, count: Int) -> [Augmentation.Parameters]? {
    guard let names = Self.kinds[kind], values.values.allSatisfy({ $0.count == count }) else {
      return nil
    }
    return (0..<count).map { index in
      func value(_ name: String, _ standard: Double) -> Double {
        names.contains(name) ? values[name]?[index] ?? standard : standard
      }
      var sample = Augmentation.Parameters()
      sample.isMirrored = value("xflip", 0) != 0
      sample.quarters = Int(value("rotate90_quarter_turns", 0))
      sample.shift = (Int(value("xint_tx_pixels", 0)), Int(value("xint_ty_pixels", 0)))
      sample.scale = value("scale", 1)
      sample.firstTurn = value("rotate_pre_radians", 0)
      sample.stretch = value("aniso", 1)
      sample.secondTurn = value("rotate_post_radians", 0)
      sample.fraction = (value("xfrac_tx_of_width", 0), value("xfrac_ty_of_height", 0))
      sample.brightness = value("brightness_add", 0)
      sample.contrast = value("contrast_factor", 1)
      sample.isLumaFlipped = value("lumaflip", 0) != 0
      sample.hue = value("hue_radians", 0)
      sample.saturation = value("saturation_factor", 1)
      return sample
    }
  }
}
