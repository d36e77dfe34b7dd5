import Foundation
import Imaging
import TestSupport

/// Expected maps that Pillow, NumPy and torch made (`Tests/Fixtures/imaging/make_maps.py`).
enum MapSamples {
  /// The maps of one `.numbers` file, in order.
  static func read(_ name: String) throws -> [IntegerMap] {
    let bytes = [UInt8](try Data(contentsOf: Samples.fixture(name + ".numbers")))
    let numbers = bytes.withUnsafeBytes { raw in
      (0..<raw.count / 4).map { index -> Int32 in
        Int32(littleEndian: raw.loadUnaligned(fromByteOffset: index * 4, as: Int32.self))
      }
    }
    var maps: [IntegerMap] = []
    var offset = 0
    while offset + 2 < numbers.count {
      let (width, height) = (Int(numbers[offset]), Int(numbers[offset + 1]))
      let end = offset + 2 + width * height
      guard width > 0, height > 0, end <= numbers.count else { throw Samples.Broken() }
      maps.append(
        IntegerMap(width: width, height: height, values: Array(numbers[offset + 2..<end])))
      offset = end
    }
    return maps
  }

  /// A map drawn with characters, a row a line: digits are numbers, a dot is 0.
  static func drawn(_ text: String) -> IntegerMap {
    let rows = text.split(separator: "\n").map { $0.map { Int32(String($0)) ?? 0 } }
    return IntegerMap(width: rows[0].count, height: rows.count, values: Array(rows.joined()))
  }
}
