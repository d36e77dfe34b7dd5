import Foundation
import Tensors

extension Safetensors {
  /// How numbers are stored.
  public enum Storage: String, Sendable {
    /// 32-bit floats, as they are.
    case float32 = "F32"
    /// 16-bit halves: half the size, three decimal digits.
    case float16 = "F16"

    var size: Int { self == .float32 ? 4 : 2 }
  }

  /// Writes tensors, whole or not at all.
  ///
  /// Equal tensors and metadata give equal bytes, whatever their order: names and keys are sorted,
  /// and the header is padded with blanks so that the data starts at a multiple of 64. Throws
  /// `CheckpointError.unwritable` for the disk's errors, for names that come twice, and for numbers
  /// that halves do not reach.
  public static func write(
    _ tensors: [(name: String, tensor: Tensor)], metadata: [String: String] = [:],
    storage: Storage = .float32, to url: URL
  ) throws {
    let sorted = tensors.sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
    var places: [(name: String, entry: WrittenEntry)] = []
    var position = 0
    for (name, tensor) in sorted {
      guard places.last?.name != name, name != "__metadata__" else {
        throw CheckpointError.unwritable(
          file: url.path, problem: "two tensors are called '\(name)', or one has a reserved name")
      }
      let end = position + tensor.count * storage.size
      places.append(
        (
          name,
          WrittenEntry(
            dtype: storage.rawValue, shape: tensor.shape.dimensions, offsets: [position, end])
        ))
      position = end
    }
    let header = try encode(places, metadata)
    try AtomicFile.write(to: url) { file in
      try file.write(withUnsafeBytes(of: UInt64(header.count).littleEndian) { Data($0) })
      try file.write(header)
      for (name, tensor) in sorted {
        try tensor.withUnsafeBuffer { values in
          guard storage == .float16 else { return try file.write(UnsafeRawBufferPointer(values)) }
          let halves = values.map { Float16($0).bitPattern.littleEndian }
          guard zip(values, halves).allSatisfy({ !$0.isFinite || $1 & 0x7C00 != 0x7C00 }) else {
            throw CheckpointError.unwritable(
              file: url.path,
              problem: "'\(name)' has numbers above 65504, which halves do not reach")
          }
          try halves.withUnsafeBytes { try file.write($0) }
        }
      }
    }
  }

  private struct WrittenEntry: Encodable {
    let dtype: String
    let shape: [Int]
    let offsets: [Int]

    enum CodingKeys: String, CodingKey {
      case dtype, shape
      case offsets = "data_offsets"
    }
  }

  /// The header's text: metadata first, then the tensors in order, then blanks.
  private static func encode(
    _ places: [(name: String, entry: WrittenEntry)], _ metadata: [String: String]
  ) throws -> Data {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    var parts: [Data] = []
    if !metadata.isEmpty {
      parts.append(Data(#""__metadata__":"#.utf8) + (try encoder.encode(metadata)))
    }
    for (name, entry) in places {
      parts.append(try encoder.encode(name) + Data(":".utf8) + (try encoder.encode(entry)))
    }
    var header = Data("{".utf8)
    header.append(contentsOf: parts.joined(separator: Data(",".utf8)))
    header.append(UInt8(ascii: "}"))
    let padding = (64 - (8 + header.count) % 64) % 64
    header.append(Data(repeating: UInt8(ascii: " "), count: padding))
    return header
  }
}
