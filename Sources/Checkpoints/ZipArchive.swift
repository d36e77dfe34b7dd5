import CZlib
import Foundation

/// A zip archive's table of contents, and its members when asked for.
///
/// Reads stored and deflated members, with 64-bit sizes. Stored members are windows on the mapped
/// file. An archive whose members together claim to inflate beyond `inflationLimit` is refused.
public struct ZipArchive: Sendable {
  /// One member as the directory lists it.
  struct Member: Sendable {
    let name: String
    let isDeflated: Bool
    let storedSize: Int
    let size: Int
    let checksum: UInt32
    let header: Int
  }

  /// What the deflated members of an archive of `count` bytes may inflate to, together.
  static func inflationLimit(_ count: Int) -> Int { max(1 << 30, count.multipliedClamping(by: 16)) }

  let members: [Member]
  private let index: [String: Int]
  private let bytes: ByteRegion

  /// Opens an archive and reads its directory; no member is inflated yet.
  public init(contentsOf url: URL) throws {
    try self.init(MappedFile(contentsOf: url).region)
  }

  /// Reads the directory of an archive that `bytes` hold.
  package init(_ bytes: ByteRegion) throws {
    self.bytes = bytes
    members = try ZipDirectory(bytes).members()
    var index: [String: Int] = [:]
    var inflated = 0
    for (position, member) in members.enumerated() {
      guard index.updateValue(position, forKey: member.name) == nil else {
        throw CheckpointError.malformed(
          file: bytes.name, place: "the zip directory", expected: "every name once",
          found: "'\(member.name)' twice")
      }
      if member.isDeflated { inflated = inflated.addingClamping(member.size) }
    }
    guard inflated <= Self.inflationLimit(bytes.count) else {
      throw CheckpointError.tooLarge(
        file: bytes.name, place: "the zip directory", what: "\(inflated) inflated bytes",
        limit: "\(Self.inflationLimit(bytes.count))")
    }
    self.index = index
  }

  /// The members' names, in the directory's order.
  public var memberNames: [String] { members.map(\.name) }

  /// The bytes of a member, inflated and checked against their CRC-32.
  public func member(named name: String) throws -> Data {
    let region = try region(of: name)
    guard let position = index[name] else { return region.data }
    try Self.verify(region, against: members[position].checksum)
    return region.data
  }

  /// Whether there is a member of this name.
  func contains(_ name: String) -> Bool { index[name] != nil }

  /// A member's bytes: a window on the file if it is stored, else inflated and verified.
  func region(of name: String) throws -> ByteRegion {
    guard let position = index[name] else {
      throw CheckpointError.malformed(
        file: bytes.name, place: "the zip directory", expected: "a member '\(name)'",
        found: "\(members.count) others")
    }
    let member = members[position]
    guard bytes.holds([0x50, 0x4B, 3, 4], at: member.header) else {
      throw bytes.malformed(
        at: min(member.header, bytes.count), expected: "the zip header of '\(name)'",
        found: "other bytes")
    }
    let nameLength = try Int(bytes.integer(UInt16.self, at: member.header + 26))
    let extraLength = try Int(bytes.integer(UInt16.self, at: member.header + 28))
    let packed = try bytes.region(
      at: member.header + 30 + nameLength + extraLength, count: member.storedSize)
    if !member.isDeflated { return packed }
    let inflated = try Inflate.inflate(
      packed, size: member.size, name: "\(bytes.name) (member \(name))")
    try Self.verify(inflated, against: member.checksum)
    return inflated
  }

  private static func verify(_ region: ByteRegion, against expected: UInt32) throws {
    let found = CRC32.checksum(of: region)
    guard found == expected else {
      throw CheckpointError.malformed(
        file: region.name, place: "byte \(region.range.lowerBound)",
        expected: "CRC-32 \(String(expected, radix: 16))", found: String(found, radix: 16))
    }
  }
}

extension Int {
  /// The sum, or the largest integer.
  func addingClamping(_ other: Int) -> Int {
    let (sum, overflow) = addingReportingOverflow(other)
    return overflow ? .max : sum
  }

  /// The product of non-negative factors, or the largest integer.
  func multipliedClamping(by other: Int) -> Int {
    let (product, overflow) = multipliedReportingOverflow(by: other)
    return overflow ? .max : product
  }
}
