/// Reads the directory at the end of a zip archive.
///
/// Layout: PKWARE's APPNOTE 6.3, sections 4.3.12 (entries), 4.3.14–16 (end records), 4.5.3 (64-bit
/// sizes).
struct ZipDirectory {
  private let bytes: ByteRegion
  private let start: Int
  private let size: Int
  private let count: Int

  /// Finds the directory of the archive that `bytes` hold.
  init(_ bytes: ByteRegion) throws {
    self.bytes = bytes
    let end = try Self.endRecord(bytes)
    var count = try UInt64(bytes.integer(UInt16.self, at: end + 10))
    var size = try UInt64(bytes.integer(UInt32.self, at: end + 12))
    var start = try UInt64(bytes.integer(UInt32.self, at: end + 16))
    if end >= 20, bytes.holds([0x50, 0x4B, 6, 7], at: end - 20) {
      let offset = try bytes.integer(UInt64.self, at: end - 12)
      guard let large = Int(exactly: offset), bytes.holds([0x50, 0x4B, 6, 6], at: large) else {
        throw bytes.malformed(
          at: end - 20, expected: "the place of the 64-bit end record", found: "\(offset)")
      }
      count = try bytes.integer(UInt64.self, at: large + 32)
      size = try bytes.integer(UInt64.self, at: large + 40)
      start = try bytes.integer(UInt64.self, at: large + 48)
    }
    guard let start = Int(exactly: start), let size = Int(exactly: size),
      start <= end, size <= end - start
    else {
      throw bytes.malformed(
        at: end, expected: "a zip directory before byte \(end)",
        found: "\(size) bytes at \(start)")
    }
    // Every entry takes at least 46 bytes, so a checked size bounds the count.
    guard count <= UInt64(size / 46) else {
      throw bytes.malformed(
        at: end, expected: "at most \(size / 46) members in \(size) bytes", found: "\(count)")
    }
    (self.start, self.size, self.count) = (start, size, Int(count))
  }

  private static func endRecord(_ bytes: ByteRegion) throws -> Int {
    var position = bytes.count - 22
    let first = max(0, bytes.count - 22 - 0xFFFF)
    while position >= first {
      if bytes.holds([0x50, 0x4B, 5, 6], at: position) { return position }
      position -= 1
    }
    throw bytes.malformed(
      at: bytes.count, expected: "a zip archive's directory at its end",
      found: "none (the file is cut short)")
  }

  /// Every member, in the directory's order.
  func members() throws -> [ZipArchive.Member] {
    let directory = try bytes.region(at: start, count: size)
    var members: [ZipArchive.Member] = []
    members.reserveCapacity(count)
    var position = 0
    for _ in 0..<count {
      guard directory.holds([0x50, 0x4B, 1, 2], at: position) else {
        throw directory.malformed(at: position, expected: "a zip directory entry", found: "none")
      }
      let nameLength = try Int(directory.integer(UInt16.self, at: position + 28))
      let extraLength = try Int(directory.integer(UInt16.self, at: position + 30))
      let commentLength = try Int(directory.integer(UInt16.self, at: position + 32))
      let name = try directory.region(at: position + 46, count: nameLength).text
      let extra = try directory.region(at: position + 46 + nameLength, count: extraLength)
      members.append(try member(name, in: directory, at: position, extra: extra))
      position += 46 + nameLength + extraLength + commentLength
    }
    return members
  }

  private func member(
    _ name: String, in directory: ByteRegion, at position: Int, extra: ByteRegion
  ) throws -> ZipArchive.Member {
    let flags = try directory.integer(UInt16.self, at: position + 8)
    let method = try directory.integer(UInt16.self, at: position + 10)
    func refused(_ what: String) -> CheckpointError {
      .refused(
        file: bytes.name, place: "zip member '\(name)'", what: what,
        advice: "Pack the archive again, plainly.")
    }
    guard flags & 1 == 0 else { throw refused("encryption") }
    guard method == 0 || method == 8 else { throw refused("compression method \(method)") }
    var size = try UInt64(directory.integer(UInt32.self, at: position + 24))
    var stored = try UInt64(directory.integer(UInt32.self, at: position + 20))
    var header = try UInt64(directory.integer(UInt32.self, at: position + 42))
    // The 64-bit values replace, in this order, the fields that are all ones.
    var wide = try Self.wideFields(extra)[...]
    if size == 0xFFFF_FFFF, let value = wide.popFirst() { size = value }
    if stored == 0xFFFF_FFFF, let value = wide.popFirst() { stored = value }
    if header == 0xFFFF_FFFF, let value = wide.popFirst() { header = value }
    guard let size = Int(exactly: size), let stored = Int(exactly: stored),
      let header = Int(exactly: header), header <= bytes.count, stored <= bytes.count - header,
      method == 8 || size == stored
    else {
      throw directory.malformed(
        at: position, expected: "sizes inside the archive for '\(name)'",
        found: "\(stored) bytes at \(header), \(size) unpacked")
    }
    return ZipArchive.Member(
      name: name, isDeflated: method == 8, storedSize: stored, size: size,
      checksum: try directory.integer(UInt32.self, at: position + 16), header: header)
  }

  /// The 64-bit values of the extra field 1, in order.
  private static func wideFields(_ extra: ByteRegion) throws -> [UInt64] {
    var position = 0
    while extra.count - position >= 4 {
      let tag = try extra.integer(UInt16.self, at: position)
      let length = try Int(extra.integer(UInt16.self, at: position + 2))
      if tag == 1 {
        let field = try extra.region(at: position + 4, count: length)
        return try (0..<length / 8).map { try field.integer(UInt64.self, at: $0 * 8) }
      }
      position += 4 + length
    }
    return []
  }
}
