import Foundation
import Imaging
import TestSupport

/// Expected samples that Pillow and NumPy made (`Tests/Fixtures/imaging/make.py`).
enum Samples {
  /// Thrown for a fixture that is not what `make.py` writes.
  struct Broken: Error {}

  /// The pictures of one `.samples` file, in order.
  static func read(_ name: String) throws -> [Image] {
    let bytes = [UInt8](try Data(contentsOf: fixture(name + ".samples")))
    var offset = 0
    func number() -> Int {
      defer { offset += 4 }
      return (0..<4).reduce(0) { $0 | Int(bytes[offset + $1]) << (8 * $1) }
    }
    var images: [Image] = []
    while offset < bytes.count {
      let (width, height, channels) = (number(), number(), number())
      let count = width * height * channels
      guard offset + count <= bytes.count else { throw Broken() }
      let pixels = Array(bytes[offset..<offset + count])
      images.append(Image(width: width, height: height, channels: channels, pixels: pixels))
      offset += count
    }
    return images
  }

  /// A file of the folder of this module's fixtures.
  static func fixture(_ name: String) -> URL {
    ReferenceData.fixture("imaging").appendingPathComponent(name)
  }

  /// A picture of waves with a hard edge, different in every channel.
  static func picture(width: Int, height: Int, channels: Int) -> Image {
    let pixels = (0..<width * height * channels).map { index in
      let (x, y, c) = (index / channels % width, index / channels / width, index % channels)
      let wave = sin(Double(x) * 0.31 + Double(y) * 0.17 * Double(c + 1)) * 110 + 128
      return UInt8(wave) ^ (x > width / 2 ? 32 : 0)
    }
    return Image(width: width, height: height, channels: channels, pixels: pixels)
  }
}

/// SplitMix64: the same numbers in every run.
struct SeededGenerator: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}
