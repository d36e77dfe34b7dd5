import Foundation

/// A window on a file's bytes; every read is checked against it.
///
/// Positions in errors count from the start of the file, whatever window they were read through.
package struct ByteRegion: Sendable {
  /// The file that keeps the bytes alive.
  package let file: MappedFile

  /// The window, in bytes from the start of the file.
  package let range: Range<Int>

  /// A window that lies inside its file.
  init(file: MappedFile, range: Range<Int>) {
    precondition(range.lowerBound >= 0 && range.upperBound <= file.count)
    self.file = file
    self.range = range
  }

  /// The number of bytes.
  package var count: Int { range.count }

  /// What errors call the file.
  package var name: String { file.name }

  /// The first byte's address; valid while `file` lives.
  var base: UnsafeRawPointer { file.base + range.lowerBound }

  /// Reads the bytes in place.
  package func withUnsafeBytes<Result>(
    _ body: (UnsafeRawBufferPointer) throws -> Result
  ) rethrows -> Result {
    try withExtendedLifetime(file) {
      try body(UnsafeRawBufferPointer(start: base, count: count))
    }
  }

  /// `count` bytes from `offset` on.
  package func region(at offset: Int, count wanted: Int) throws -> ByteRegion {
    try require(wanted, at: offset)
    let start = range.lowerBound + offset
    return ByteRegion(file: file, range: start..<start + wanted)
  }

  /// The bytes from `offset` to the end.
  package func suffix(from offset: Int) throws -> ByteRegion {
    try require(0, at: offset)
    return ByteRegion(file: file, range: range.lowerBound + offset..<range.upperBound)
  }

  /// The little-endian integer at `offset`, aligned or not.
  package func integer<Integer: FixedWidthInteger>(
    _ type: Integer.Type, at offset: Int
  ) throws -> Integer {
    try require(MemoryLayout<Integer>.size, at: offset)
    return withExtendedLifetime(file) {
      Integer(littleEndian: (base + offset).loadUnaligned(as: Integer.self))
    }
  }

  /// Throws unless `wanted` bytes lie at `offset`.
  func require(_ wanted: Int, at offset: Int) throws {
    guard offset >= 0, offset <= count, wanted >= 0, wanted <= count - offset else {
      let (position, overflow) = range.lowerBound.addingReportingOverflow(offset)
      throw CheckpointError.truncated(
        file: name, position: overflow ? Int.max : position,
        needed: UInt64(clamping: wanted), available: max(0, count - max(0, offset)))
    }
  }

  /// Whether the bytes at `offset` are these.
  package func holds(_ bytes: [UInt8], at offset: Int = 0) -> Bool {
    guard offset >= 0, offset <= count, bytes.count <= count - offset else { return false }
    return withUnsafeBytes { $0[offset..<offset + bytes.count].elementsEqual(bytes) }
  }

  /// Whether the bytes at `offset` are this text.
  package func holds(_ text: String, at offset: Int = 0) -> Bool {
    holds(Array(text.utf8), at: offset)
  }

  /// A copy of the bytes.
  package var data: Data { withUnsafeBytes { Data($0) } }

  /// The bytes as UTF-8 text, with what is not UTF-8 replaced.
  package var text: String { withUnsafeBytes { String(decoding: $0, as: UTF8.self) } }

  /// The bytes as Latin-1 text: one character a byte.
  package var latin1: String {
    withUnsafeBytes { bytes in
      var scalars = String.UnicodeScalarView()
      for byte in bytes { scalars.append(Unicode.Scalar(byte)) }
      return String(scalars)
    }
  }

  /// The error for what lies at `offset`.
  package func malformed(
    at offset: Int, expected: String, found: String
  ) -> CheckpointError {
    .malformed(
      file: name, place: "byte \(range.lowerBound + offset)", expected: expected, found: found)
  }
}
