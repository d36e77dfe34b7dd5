import Foundation
import Imaging
import TestSupport
import Testing

@Suite("Reading a PNG")
struct PNGReadingTests {
  static let types = [
    "grey1", "grey2", "grey4", "grey8", "grey16", "grey8-key", "palette1", "palette2", "palette4",
    "palette8-alpha", "greyalpha8", "greyalpha16", "rgb8", "rgb16", "rgba8", "rgba16",
  ]

  @Test(
    "gives the right samples for every colour type and depth", arguments: types,
    ["", "-interlaced"])
  func colourTypes(type: String, interlacing: String) throws {
    let image = try Image(contentsOf: Samples.fixture("type-\(type)\(interlacing).png"))
    #expect(try [image] == Samples.read("type-\(type)"))
  }

  @Test("fails at every length that a file may be cut off to")
  func truncation() throws {
    let whole = try Data(contentsOf: Samples.fixture("type-palette8-alpha-interlaced.png"))
    for length in 0..<whole.count {
      #expect(throws: ImagingError.self, "\(length) bytes") {
        try Image(pngData: whole.prefix(length), named: "cut")
      }
    }
    #expect(throws: Never.self) { try Image(pngData: whole, named: "whole") }
  }

  @Test("notices every flipped bit that matters, and never crashes", arguments: 0..<4)
  func damage(seed: Int) throws {
    let name = ["type-rgb16", "type-grey2-interlaced", "type-palette8-alpha", "texts"][seed]
    let whole = try Data(contentsOf: Samples.fixture(name + ".png"))
    let image = try Image(pngData: whole, named: name)
    var generator = SeededGenerator(seed: UInt64(seed))
    for _ in 0..<2000 {
      var data = whole
      for _ in 0..<Int.random(in: 1...3, using: &generator) {
        data[Int.random(in: 0..<data.count, using: &generator)] ^= UInt8(
          1 << Int.random(in: 0..<8, using: &generator))
      }
      do {
        let read = try Image(pngData: data, named: "flipped")
        #expect(read == image)
      } catch {
        #expect(error is ImagingError)
      }
    }
  }

  @Test("refuses sizes that the file cannot hold before it asks for memory")
  func implausibleSize() throws {
    // A header of 60,000 × 60,000 RGB pixels on a file of a few bytes.
    let header: [UInt8] = [
      0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A, 0, 0, 0, 13, 0x49, 0x48, 0x44, 0x52, 0, 0,
      0xEA, 0x60, 0, 0, 0xEA, 0x60, 8, 2, 0, 0, 0, 0x0F, 0xB0, 0xE2, 0x15, 0, 0, 0, 0, 0x49, 0x44,
      0x41,
      0x54,
    ]
    #expect {
      try Image(pngData: Data(header), named: "huge.png")
    } throws: { error in
      "\(error)"
        == "huge.png: not a usable picture: the file is too short for its width and height. "
        + "Restore the file or export it again."
    }
  }

  @Test(
    "names what it was given instead",
    arguments: [
      (Array("BM6".utf8), "a BMP image; Atelier reads PNG, and photographs as JPEG"),
      (Array("GIF89a".utf8), "a GIF image"), ([], "an empty file"),
      (Array("hello".utf8), "not a picture file"),
    ] as [([UInt8], String)])
  func otherFormats(bytes: [UInt8], expected: String) throws {
    try ReferenceData.withTemporaryFolder { folder in
      let url = folder.appendingPathComponent("picture.png")
      try Data(bytes).write(to: url)
      #expect {
        try Image(contentsOf: url)
      } throws: { error in
        "\(error)".contains(expected) && "\(error)".hasPrefix(url.path)
      }
    }
  }

  @Test("says why a file cannot be opened")
  func missing() {
    let url = URL(fileURLWithPath: "/no/such/picture.png")
    #expect(
      throws: ImagingError.cannotRead(
        path: "/no/such/picture.png", reason: "No such file or directory")
    ) {
      try Image(contentsOf: url)
    }
    #expect(throws: ImagingError.cannotRead(path: "/tmp", reason: "it is a folder")) {
      try Image(contentsOf: URL(fileURLWithPath: "/tmp"))
    }
  }
}
