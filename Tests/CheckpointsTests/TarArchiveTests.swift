import Checkpoints
import Foundation
import Tensors
import Testing

@Suite("Tar archives")
struct TarArchiveTests {
  static let files = ["ustar", "gnu", "pax"]

  private static func open(_ bytes: [UInt8]) throws -> TarArchive {
    try TarArchive(MappedFile(named: "sample.tar.gz", copying: bytes).region)
  }

  @Test("Members under short and long names are found, folders passed over", arguments: files)
  func members(file: String) throws {
    let archive = try TarArchive(contentsOf: Samples.url("archives/\(file).tar.gz"))
    let long = String(repeating: "folder/", count: 20) + "long.txt"
    #expect(archive.memberNames == ["empty.txt", long, "folder/short.txt"])
    #expect(try archive.region(of: long).text == "long\n")
    #expect(
      try archive.region(of: "folder/short.txt").text == String(repeating: "short\n", count: 100))
    #expect(try archive.region(of: "empty.txt").count == 0)
    #expect(throws: CheckpointError.self) { try archive.region(of: "folder") }
  }

  @Test("An archive cut anywhere or with damaged bytes is a value or an error", arguments: files)
  func damage(file: String) throws {
    let bytes = try Samples.bytes("archives/\(file).tar.gz")
    for length in 0..<bytes.count {
      #expect(throws: CheckpointError.self) { try Self.open(Array(bytes.prefix(length))) }
    }
    var generator = SeededGenerator(state: 7)
    for _ in 0..<3000 {
      var damaged = bytes
      let place = Int.random(in: 0..<bytes.count, using: &generator)
      damaged[place] = UInt8.random(in: 0...255, using: &generator)
      do { _ = try Self.open(damaged) } catch is CheckpointError {}
    }
  }

  @Test("A checkpoint inside is read where it lies, and what is none is said to be so")
  func checkpoint() throws {
    let archive = try TarArchive(contentsOf: Samples.url("archives/ustar.tar.gz"))
    let error = #expect(throws: CheckpointError.self) {
      try archive.checkpoint("folder/short.txt", at: URL(fileURLWithPath: "/x.tar.gz"))
    }
    #expect(try #require(error).description.contains("/x.tar.gz/folder/short.txt"))
  }
}
