import Foundation

/// Networks of ProGAN, StyleGAN, StyleGAN2 and StyleGAN2-ADA for TensorFlow: a pickled tuple of
/// `G`, `D` and `Gs`, each with lists of variables.
enum TensorFlowPickle: FormatReader {
  static let format = CheckpointFormat(
    "TensorFlow network pickle", "ProGAN, StyleGAN, StyleGAN2 and StyleGAN2-ADA in TensorFlow")

  static func recognizes(_ bytes: ByteRegion) -> Bool {
    PlainPickle.recognizes(bytes)
      && PickleCursor.scan(bytes, for: ["dnnlib.tflib.network", "tfutil"])
  }

  static func read(_ bytes: ByteRegion, at url: URL) throws -> CheckpointContents {
    try Flattening.contents(of: PickleMachine.load(bytes).value)
  }
}
