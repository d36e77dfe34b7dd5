import Foundation

/// NumPy's `.npy` format: one array.
///
/// Arrays of objects are refused, but for one of no axes, which is how `numpy.save` writes a
/// dictionary; its pickle builds plain data only.
public enum NumPy: FormatReader {
  static let format = CheckpointFormat("npy", "numpy.save")

  static func recognizes(_ bytes: ByteRegion) -> Bool { bytes.holds(NumPyHeader.magic) }

  static func read(_ bytes: ByteRegion, at url: URL) throws -> CheckpointContents {
    let header = try NumPyHeader(bytes)
    if header.descriptor == "|O" {
      guard header.shape.isEmpty else { throw objects(header, in: bytes) }
      return try Flattening.contents(of: PickleMachine.load(bytes, at: header.dataStart).value)
    }
    var contents = CheckpointContents()
    contents.tensors = [("tensor", try array(header, in: bytes))]
    return contents
  }

  /// The array that follows a header.
  static func array(_ header: NumPyHeader, in bytes: ByteRegion) throws -> StoredTensor {
    guard header.descriptor != "|O" else { throw objects(header, in: bytes) }
    guard let type = ScalarType(numPy: header.descriptor.drop { "<>|=".contains($0) }) else {
      throw CheckpointError.refused(
        file: bytes.name, place: "the header",
        what: "the NumPy element type '\(header.descriptor.prefix(40))'",
        advice: "Only numbers and truth values make tensors.")
    }
    let data = try bytes.suffix(from: header.dataStart)
    // The count is checked before it is multiplied; an absurd shape has none.
    let size = TensorLayout.product(header.shape)?.multipliedClamping(by: type.size) ?? .max
    try data.require(size, at: 0)
    let layout = try TensorLayout(
      dimensions: header.shape,
      strides: header.isFortran ? TensorLayout.columnMajor(header.shape) : nil,
      storageCount: data.count / type.size, file: bytes.name, place: "the header")
    return StoredTensor(
      type: type, layout: layout, bytes: data, isBigEndian: header.descriptor.hasPrefix(">"))
  }

  private static func objects(_ header: NumPyHeader, in bytes: ByteRegion) -> CheckpointError {
    .refused(
      file: bytes.name, place: "the header", what: "an array of objects, shape \(header.shape)",
      advice: "Save it as an array of numbers.")
  }
}

/// NumPy's `.npz` format: a zip archive of arrays, stored or deflated.
enum NumPyArchive: FormatReader {
  static let format = CheckpointFormat("npz", "numpy.savez and numpy.savez_compressed")

  static func recognizes(_ bytes: ByteRegion) -> Bool {
    guard bytes.holds([0x50, 0x4B, 3, 4]),
      let length = try? Int(bytes.integer(UInt16.self, at: 26)),
      let name = try? bytes.region(at: 30, count: length).text
    else { return false }
    return name.hasSuffix(".npy")
  }

  static func read(_ bytes: ByteRegion, at url: URL) throws -> CheckpointContents {
    let archive = try ZipArchive(bytes)
    var contents = CheckpointContents()
    for member in archive.memberNames {
      let name = member.hasSuffix(".npy") ? String(member.dropLast(4)) : member
      let region = try archive.region(of: member)
      let header = try NumPyHeader(region)
      // Words beside the arrays are no reason to refuse the arrays.
      if header.descriptor.contains(where: { "US".contains($0) }) {
        contents.metadata[name] = "text of type \(header.descriptor), not read"
      } else {
        contents.tensors.append((name, try NumPy.array(header, in: region)))
      }
    }
    return contents
  }
}
