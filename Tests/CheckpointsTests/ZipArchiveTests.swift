import Checkpoints
import Foundation
import Testing

/// Builds zip archives by hand, right ones and wrong ones.
struct ZipBuilder {
  var name = "a"
  var content: [UInt8] = Array("hello".utf8)
  var isDeflated = false
  var flags: UInt16 = 0
  var method: UInt16?
  var claimedSize: UInt32?
  var headerOffset: UInt32 = 0
  var copies = 1
  var claimedCount: UInt16?
  var isWide = false
  var damagesChecksum = false

  /// One stored deflate block, or the bytes themselves.
  private var packed: [UInt8] {
    guard isDeflated else { return content }
    let count = UInt16(content.count)
    return [1] + le(count) + le(~count) + content
  }

  var bytes: [UInt8] {
    var checksum = Self.crc32(content)
    if damagesChecksum { checksum ^= 1 }
    let size = claimedSize ?? UInt32(content.count)
    let method = method ?? (isDeflated ? 8 : 0)
    let kind = le(UInt16(45)) + le(flags) + le(method) + le(UInt32(0x21_0000)) + le(checksum)
    let local =
      le(UInt32(0x0403_4B50)) + kind + le(UInt32(packed.count)) + le(size)
      + le(UInt16(name.utf8.count)) + le(UInt16(0)) + Array(name.utf8) + packed
    let extra =
      isWide
      ? le(UInt16(9)) + le(UInt16(1)) + [7] + le(UInt16(1)) + le(UInt16(24)) + le(UInt64(size))
        + le(UInt64(packed.count)) + le(UInt64(headerOffset)) : []
    let all: UInt32 = 0xFFFF_FFFF
    let entry =
      le(UInt32(0x0201_4B50)) + le(UInt16(45)) + kind
      + (isWide ? le(all) + le(all) : le(UInt32(packed.count)) + le(size))
      + le(UInt16(name.utf8.count)) + le(UInt16(extra.count)) + [UInt8](repeating: 0, count: 10)
      + le(isWide ? all : headerOffset) + Array(name.utf8) + extra
    let directory = (0..<copies).flatMap { _ in entry }
    let count = claimedCount ?? UInt16(copies)
    var end: [UInt8] = []
    if isWide {
      let place = UInt64(local.count + directory.count)
      end += le(UInt32(0x0606_4B50)) + le(UInt64(44)) + le(UInt16(45)) + le(UInt16(45))
      end += le(UInt64(0)) + le(UInt64(copies)) + le(UInt64(copies))
      end += le(UInt64(directory.count)) + le(UInt64(local.count))
      end += le(UInt32(0x0706_4B50)) + le(UInt32(0)) + le(place) + le(UInt32(1))
    }
    end += le(UInt32(0x0605_4B50)) + le(UInt32(0))
    end +=
      isWide
      ? le(UInt16.max) + le(UInt16.max) + le(all) + le(all)
      : le(count) + le(count) + le(UInt32(directory.count)) + le(UInt32(local.count))
    return local + directory + end + le(UInt16(0))
  }

  private func le(_ value: some FixedWidthInteger) -> [UInt8] {
    withUnsafeBytes(of: value.littleEndian) { Array($0) }
  }

  private static func crc32(_ bytes: [UInt8]) -> UInt32 {
    ~bytes.reduce(UInt32.max) { checksum, byte in
      (0..<8).reduce(checksum ^ UInt32(byte)) { value, _ in
        value & 1 == 1 ? value >> 1 ^ 0xEDB8_8320 : value >> 1
      }
    }
  }
}

@Suite("Zip archives")
struct ZipArchiveTests {
  private func open(_ builder: ZipBuilder) throws -> ZipArchive {
    try ZipArchive(MappedFile(named: "sample.zip", copying: builder.bytes).region)
  }

  @Test("Members come out whole, stored or deflated, with 32- or 64-bit sizes")
  func members() throws {
    for (isDeflated, isWide) in [(false, false), (true, false), (false, true), (true, true)] {
      let archive = try open(ZipBuilder(isDeflated: isDeflated, isWide: isWide))
      #expect(archive.memberNames == ["a"])
      #expect(try archive.member(named: "a") == Data("hello".utf8))
      #expect(throws: CheckpointError.self) { try archive.member(named: "b") }
    }
    let empty = try open(ZipBuilder(content: [], isDeflated: true))
    #expect(try empty.member(named: "a").isEmpty)
  }

  @Test(
    "An archive that lies, is encrypted or would burst gives an error",
    arguments: [
      ZipBuilder(flags: 1), ZipBuilder(method: 14), ZipBuilder(claimedSize: 4),
      ZipBuilder(claimedSize: 6), ZipBuilder(isDeflated: true, claimedSize: 4),
      ZipBuilder(isDeflated: true, claimedSize: 6),
      ZipBuilder(isDeflated: true, claimedSize: 0xFFFF_FFF0), ZipBuilder(headerOffset: 3),
      ZipBuilder(headerOffset: 0xFFFF_FF00), ZipBuilder(copies: 2), ZipBuilder(claimedCount: 999),
      ZipBuilder(damagesChecksum: true), ZipBuilder(isDeflated: true, damagesChecksum: true),
      ZipBuilder(method: 8),
    ])
  func lies(builder: ZipBuilder) {
    #expect(throws: CheckpointError.self) { try open(builder).member(named: "a") }
  }

  @Test("A zip archive of something else says what it holds")
  func foreign() throws {
    let error = #expect(throws: CheckpointError.self) {
      try Samples.read(ZipBuilder(name: "readme.txt").bytes, named: "a.pt")
    }
    #expect(try #require(error).description.contains("readme.txt"))
  }
}
