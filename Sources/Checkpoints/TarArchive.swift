import CZlib
import Foundation

/// A gzip-compressed tar archive, as Python's source packages come: members by name, in memory.
///
/// Reads ustar members and the long names of GNU and pax; anything but plain files is passed over.
/// The archive may inflate to 1 GiB.
package struct TarArchive: Sendable {
  /// The most bytes that an archive may inflate to.
  static let inflationLimit = 1 << 30

  private let bytes: ByteRegion
  private let members: [String: Range<Int>]

  /// Opens `file`, which is inflated whole.
  package init(contentsOf file: URL) throws {
    try self.init(MappedFile(contentsOf: file).region)
  }

  /// Opens an archive that `packed` holds.
  package init(_ packed: ByteRegion) throws {
    bytes = try Inflate.inflateGzip(packed, limit: Self.inflationLimit)
    members = try Self.directory(of: bytes)
  }

  /// The members' names, sorted.
  package var memberNames: [String] { members.keys.sorted() }

  /// The bytes of a member.
  package func region(of name: String) throws -> ByteRegion {
    guard let range = members[name] else {
      throw CheckpointError.malformed(
        file: bytes.name, place: "the tar archive", expected: "a member '\(name)'",
        found: "\(members.count) others")
    }
    return try bytes.region(at: range.lowerBound, count: range.count)
  }

  /// A checkpoint that is a member; `archive` names it in errors.
  package func checkpoint(_ name: String, at archive: URL) throws -> Checkpoint {
    let region = try region(of: name)
    return try region.withUnsafeBytes {
      try Checkpoint($0, at: archive.appendingPathComponent(name))
    }
  }

  private static func directory(of bytes: ByteRegion) throws -> [String: Range<Int>] {
    var members: [String: Range<Int>] = [:]
    var position = 0
    var longName: String?
    while position < bytes.count {
      let header = try bytes.region(at: position, count: 512)
      if header.withUnsafeBytes({ $0.allSatisfy { $0 == 0 } }) { break }
      let size = try number(header, at: 124, count: 12)
      let start = position + 512
      try bytes.require(size, at: start)
      guard try checksum(header) == number(header, at: 148, count: 8) else {
        throw bytes.malformed(at: position, expected: "a tar header", found: "other bytes")
      }
      let kind = try header.integer(UInt8.self, at: 156)
      switch kind {
      case UInt8(ascii: "L"):
        longName = try text(bytes.region(at: start, count: size))
      case UInt8(ascii: "x"):
        longName = try paxPath(bytes.region(at: start, count: size)) ?? longName
      case UInt8(ascii: "0"), 0:
        let name = try longName ?? self.name(in: header)
        guard members.updateValue(start..<start + size, forKey: name) == nil else {
          throw bytes.malformed(at: position, expected: "every name once", found: "'\(name)' twice")
        }
        longName = nil
      default: longName = nil
      }
      // Sizes are rounded up to whole blocks; the check above keeps the sum in range.
      position = start + (size + 511) / 512 * 512
    }
    return members
  }

  /// The bytes up to a zero, as text.
  private static func text(_ field: ByteRegion) throws -> String {
    field.withUnsafeBytes { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
  }

  private static func name(in header: ByteRegion) throws -> String {
    let name = try text(header.region(at: 0, count: 100))
    guard header.holds("ustar", at: 257) else { return name }
    let prefix = try text(header.region(at: 345, count: 155))
    return prefix.isEmpty ? name : prefix + "/" + name
  }

  /// The `path` record of a pax header: lines of `<length> <key>=<value>`.
  private static func paxPath(_ records: ByteRegion) throws -> String? {
    for line in try text(records).split(separator: "\n") {
      let words = line.split(separator: " ", maxSplits: 1)
      if words.count == 2, words[1].hasPrefix("path=") { return String(words[1].dropFirst(5)) }
    }
    return nil
  }

  /// An octal number among blanks and zeros; sizes of 8 GiB and more are refused.
  private static func number(_ header: ByteRegion, at offset: Int, count: Int) throws -> Int {
    let digits = try text(header.region(at: offset, count: count))
      .trimmingCharacters(in: .whitespaces)
    guard let value = digits.isEmpty ? 0 : Int(digits, radix: 8), value >= 0 else {
      throw header.malformed(
        at: offset, expected: "an octal number", found: "'\(digits.prefix(12))'")
    }
    return value
  }

  /// The sum of the header's bytes, its checksum counted as blanks.
  private static func checksum(_ header: ByteRegion) throws -> Int {
    header.withUnsafeBytes { bytes in
      bytes.indices.reduce(0) { $0 + ((148..<156).contains($1) ? 32 : Int(bytes[$1])) }
    }
  }
}
