import Foundation

/// Snapshots of StyleGAN2-ADA and StyleGAN3 for PyTorch: a pickled dictionary of persistent
/// modules (`G`, `D`, `G_ema`), each with its source code, which is ignored.
enum NVLabsPickle: FormatReader {
  static let format = CheckpointFormat("NVLabs pickle", "StyleGAN2-ADA and StyleGAN3 in PyTorch")

  static func recognizes(_ bytes: ByteRegion) -> Bool {
    bytes.holds([0x80]) && PickleCursor.scan(bytes, for: ["torch_utils.persistence"])
  }

  static func read(_ bytes: ByteRegion, at url: URL) throws -> CheckpointContents {
    try Flattening.contents(of: PickleMachine.load(bytes).value)
  }
}
