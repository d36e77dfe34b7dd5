import Foundation
import Imaging
import TestSupport
import Testing

@Suite("Writing a PNG")
struct PNGWritingTests {
  private func names(in folder: URL) throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: folder.path)
  }

  @Test("loses nothing", arguments: [1, 3, 4])
  func roundTrip(channels: Int) throws {
    for (width, height) in [(1, 1), (1, 40), (67, 1), (33, 29)] {
      let image = Samples.picture(width: width, height: height, channels: channels)
      let data = try image.pngData()
      #expect(try Image(pngData: data, named: "memory") == image)
    }
  }

  @Test("gives the same bytes every time")
  func deterministic() throws {
    let image = Samples.picture(width: 80, height: 70, channels: 3)
    let text = [PNGText(keyword: "recipe", text: String(repeating: "ψ 0.7 ", count: 500))]
    #expect(try image.pngData(text: text) == image.pngData(text: text))
  }

  @Test("replaces a file whole and leaves nothing beside it")
  func replaces() throws {
    try ReferenceData.withTemporaryFolder { folder in
      let url = folder.appendingPathComponent("picture.png")
      let first = Samples.picture(width: 8, height: 8, channels: 3)
      let second = Samples.picture(width: 9, height: 5, channels: 1)
      try first.write(to: url)
      #expect(try Image(contentsOf: url) == first)
      try second.write(to: url)
      #expect(try Image(contentsOf: url) == second)
      #expect(try names(in: folder) == ["picture.png"])
    }
  }

  @Test("follows a link and keeps it")
  func link() throws {
    try ReferenceData.withTemporaryFolder { folder in
      let target = folder.appendingPathComponent("target.png")
      let link = folder.appendingPathComponent("link.png")
      let image = Samples.picture(width: 8, height: 8, channels: 3)
      try image.write(to: target)
      try FileManager.default.createSymbolicLink(at: link, withDestinationURL: target)
      let other = Samples.picture(width: 4, height: 4, channels: 3)
      try other.write(to: link)
      #expect(try Image(contentsOf: target) == other)
      let destination = try FileManager.default.destinationOfSymbolicLink(atPath: link.path)
      #expect(destination == target.path)
    }
  }

  @Test("names a missing folder")
  func missingFolder() throws {
    try ReferenceData.withTemporaryFolder { folder in
      let url = folder.appendingPathComponent("missing/picture.png")
      #expect(
        throws: ImagingError.cannotWrite(path: url.path, reason: "No such file or directory")
      ) {
        try Samples.picture(width: 8, height: 8, channels: 3).write(to: url)
      }
      let left = try names(in: folder)
      #expect(left == [])
    }
  }

  @Test("leaves a folder that is in the way as it is")
  func folderInTheWay() throws {
    try ReferenceData.withTemporaryFolder { folder in
      #expect(throws: ImagingError.cannotWrite(path: folder.path, reason: "it is a folder")) {
        try Samples.picture(width: 8, height: 8, channels: 3).write(to: folder)
      }
      let left = try names(in: folder)
      #expect(left == [])
    }
  }

  @Test("names a folder in which nothing may be written", .enabled(if: geteuid() != 0))
  func readOnlyFolder() throws {
    try ReferenceData.withTemporaryFolder { folder in
      chmod(folder.path, 0o555)
      defer { chmod(folder.path, 0o755) }
      let url = folder.appendingPathComponent("picture.png")
      #expect(throws: ImagingError.cannotWrite(path: url.path, reason: "Permission denied")) {
        try Samples.picture(width: 8, height: 8, channels: 3).write(to: url)
      }
      let left = try names(in: folder)
      #expect(left == [])
    }
  }

  @Test(
    "names a full disk", .enabled(if: FileManager.default.fileExists(atPath: "/dev/full")))
  func fullDisk() {
    let url = URL(fileURLWithPath: "/dev/full")
    #expect(
      throws: ImagingError.cannotWrite(path: "/dev/full", reason: "No space left on device")
    ) {
      try Samples.picture(width: 8, height: 8, channels: 3).write(to: url)
    }
  }

  @Test("refuses a side that PNG readers would refuse")
  func tooLong() {
    let image = Image(width: 65_501, height: 1, colour: [0])
    #expect(throws: ImagingError.self) { try image.pngData() }
  }
}
