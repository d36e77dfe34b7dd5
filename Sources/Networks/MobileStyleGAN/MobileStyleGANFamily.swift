import Checkpoints
import Tensors

/// MobileStyleGAN (Belousov, arXiv 2104.04767): a StyleGAN2 mapping with a synthesis network of
/// depthwise convolutions and Haar wavelets.
public enum MobileStyleGANFamily: GeneratorFamily {
  /// The family's name.
  public static let name = "MobileStyleGAN"

  /// OpenVINO files hold one half each, so a whole network comes through
  /// ``canonical(mapping:synthesis:)`` or from converted safetensors.
  public static func canonical(_ checkpoint: Checkpoint) throws -> CanonicalNetwork? { nil }

  /// The generator.
  public static func generator(_ network: CanonicalNetwork) throws -> any Generator {
    try MobileStyleGANGenerator(network)
  }

  /// None was ever published.
  public static func discriminator(_ network: CanonicalNetwork) throws -> (any Discriminator)? {
    nil
  }
}

/// The sizes of a MobileStyleGAN network.
struct MobileStyleGANConfiguration: NetworkConfiguration, Hashable {
  var zDim: Int
  var wDim: Int
  var mappingLayers: Int
  /// Channels of the 4×4 constant, then after every block.
  var channels: [Int]
  var imageChannels: Int

  /// Blocks of Haar upsampling and two convolutions; a last Haar step makes the picture.
  var blocks: Int { channels.count - 1 }
  /// The side of the pictures.
  var resolution: Int { 8 << blocks }
  /// The rows of W+ of the StyleGAN2 network that it was distilled from; the last two are unused.
  var rows: Int { 2 * blocks + 4 }

  /// Throws for sizes that no network has: nothing may be allocated or indexed by them before.
  func check(file: String) throws(NetworkError) {
    let check = SizeCheck(file: file)
    try check("z_dim", zDim, 1...65_536)
    try check("w_dim", wDim, 1...65_536)
    try check("num_layers", mappingLayers, 1...64)
    try check("the number of channel counts", channels.count, 2...14)
    for value in channels { try check("the channels of a block", value, 4...65_536) }
    // A Haar step makes one channel of four.
    for value in channels.dropLast() {
      try check("channels left over by the Haar bands", value % 4, 0...0)
    }
    try check("img_channels", imageChannels, 1...65_536)
  }
}
