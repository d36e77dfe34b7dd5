import Checkpoints
import Foundation
import Networks

/// The wheel of the Python package `random-face`: a MobileStyleGAN network as two OpenVINO files.
enum FacesWheel: PackageConverter {
  static let package = "random-face"
  static let isSource = false

  /// Where the network comes from, kept in the converted file. The digest of that file, which the
  /// index pins, depends on these words.
  private static let provenance = [
    "source": "Python package random-face",
    "version": "2021.7.21.1",
    "licence": "Apache-2.0 (the package); non-commercial use (the network's lineage)",
    "lineage": "MobileStyleGAN (arXiv 2104.04767), distilled from NVIDIA's StyleGAN2 FFHQ "
      + "config-f network under the Nvidia Source Code License-NC",
  ]

  /// Reads the network, adds w_avg, and writes it as safetensors: the same bytes for a wheel.
  ///
  /// The members are read within the archive; nothing else in it is touched.
  static func convert(_ wheel: URL, of entry: WeightsEntry, to url: URL) throws {
    let archive = try ZipArchive(contentsOf: wheel)
    var network = try MobileStyleGANFamily.canonical(
      mapping: Checkpoint(
        openVINO: "random_face/data/MappingNetwork.xml", in: archive, at: wheel),
      synthesis: Checkpoint(
        openVINO: "random_face/data/SynthesisNetwork.xml", in: archive, at: wheel))
    try MobileStyleGANFamily.addMeanLatent(to: &network)
    network.provenance = provenance
    network.provenance["digest"] = "\(try WeightsCheck.digest(of: wheel))"
    try network.write(to: url)
  }
}
