import Foundation
import Tensors

extension NumPy {
  /// Writes a tensor as an `.npy` file of 32-bit floats, whole or not at all.
  public static func writeNPY(_ tensor: Tensor, to url: URL) throws {
    try AtomicFile.write(to: url) { file in
      try file.write(header(of: tensor))
      try tensor.withUnsafeBuffer { try file.write(UnsafeRawBufferPointer($0)) }
    }
  }

  /// Writes tensors as an `.npz` archive, stored and undated, so that equal tensors give equal
  /// bytes.
  ///
  /// Throws `CheckpointError.unwritable` for the disk's errors, for names that come twice, and for
  /// more than 4 GB, which the archive's plain form cannot hold.
  public static func writeNPZ(_ tensors: [(name: String, tensor: Tensor)], to url: URL) throws {
    guard Set(tensors.map(\.name)).count == tensors.count, tensors.count < 0xFFFF else {
      throw CheckpointError.unwritable(file: url.path, problem: "two arrays have one name")
    }
    try AtomicFile.write(to: url) { file in
      var directory = Data()
      var position = 0
      for (name, tensor) in tensors {
        let header = header(of: tensor)
        let size = header.count + tensor.count * 4
        guard position + size < 0xFF00_0000, name.utf8.count < 0xFF00 else {
          throw CheckpointError.unwritable(file: url.path, problem: "it would exceed 4 GB")
        }
        var checksum = header.withUnsafeBytes { CRC32.update(0, with: $0) }
        tensor.withUnsafeBuffer {
          checksum = CRC32.update(checksum, with: UnsafeRawBufferPointer($0))
        }
        let entry = entry(named: name + ".npy", size: size, checksum: checksum)
        directory += number(UInt32(0x0201_4B50)) + number(UInt16(20)) + entry.fields
        directory += Data(repeating: 0, count: 10) + number(UInt32(position)) + entry.name
        let local = number(UInt32(0x0403_4B50)) + entry.fields + entry.name
        try file.write(local)
        try file.write(header)
        try tensor.withUnsafeBuffer { try file.write(UnsafeRawBufferPointer($0)) }
        position += local.count + size
      }
      try file.write(directory)
      try file.write(endRecord(count: tensors.count, size: directory.count, start: position))
    }
  }

  /// Version 1 of the format, padded so that the elements start at a multiple of 64.
  private static func header(of tensor: Tensor) -> Data {
    let extents = tensor.shape.dimensions.map(String.init).joined(separator: ", ")
    let shape = tensor.shape.rank == 1 ? "(\(extents),)" : "(\(extents))"
    var text = "{'descr': '<f4', 'fortran_order': False, 'shape': \(shape), }"
    text += String(repeating: " ", count: 63 - (10 + text.utf8.count) % 64) + "\n"
    return Data(NumPyHeader.magic) + [1, 0] + number(UInt16(text.utf8.count)) + Data(text.utf8)
  }

  /// What the local header and the directory say alike: version 2.0, UTF-8 names, stored,
  /// 1 January 1980.
  private static func entry(
    named name: String, size: Int, checksum: UInt32
  ) -> (fields: Data, name: Data) {
    let name = Data(name.utf8)
    var fields = number(UInt16(20)) + number(UInt16(0x800)) + number(UInt16(0))
    fields += number(UInt16(0)) + number(UInt16(0x21)) + number(checksum)
    fields += number(UInt32(size)) + number(UInt32(size))
    fields += number(UInt16(name.count)) + number(UInt16(0))
    return (fields, name)
  }

  private static func endRecord(count: Int, size: Int, start: Int) -> Data {
    number(UInt32(0x0605_4B50)) + number(UInt32(0)) + number(UInt16(count))
      + number(UInt16(count)) + number(UInt32(size)) + number(UInt32(start)) + number(UInt16(0))
  }

  private static func number(_ value: some FixedWidthInteger) -> Data {
    withUnsafeBytes(of: value.littleEndian) { Data($0) }
  }
}
