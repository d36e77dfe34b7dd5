import Foundation
import Imaging
import TestSupport
import Testing

@Suite("Texts in a PNG")
struct PNGTextTests {
  private static let image = Samples.picture(width: 16, height: 12, channels: 3)

  @Test("that Pillow wrote are read: tEXt, zTXt, iTXt plain and deflated")
  func pillow() throws {
    let texts = try PNGText.read(from: Samples.fixture("texts.png"))
    #expect(
      texts == [
        PNGText(keyword: "Title", text: "café ± 1"),
        PNGText(keyword: "Comment", text: String(repeating: "long ", count: 200)),
        PNGText(keyword: "recipe", text: "ψ = 0.7 → smile"),
        PNGText(keyword: "plan", text: String(repeating: "ψ 0.7\n", count: 300)),
      ])
  }

  @Test("are found after the pixels too")
  func afterPixels() throws {
    let texts = try PNGText.read(from: Samples.fixture("text-after-pixels.png"))
    #expect(texts == [PNGText(keyword: "Late", text: "after the pixels")])
  }

  @Test("come back as they were written", arguments: [0, 1, 256, 257, 200_000])
  func roundTrip(length: Int) throws {
    let texts = [
      PNGText(keyword: "atelier recipe", text: String("{\"ψ\":0.7,\"→\":[1,2]}".prefix(length))),
      PNGText(
        keyword: "atelier plan",
        text: String((0..<length).map { Character(UnicodeScalar(UInt8(32 + $0 * $0 % 95))) })),
    ]
    try ReferenceData.withTemporaryFolder { folder in
      let url = folder.appendingPathComponent("picture.png")
      try Self.image.write(to: url, text: texts)
      #expect(try PNGText.read(from: url) == texts)
      #expect(try Image(contentsOf: url) == Self.image)
    }
  }

  @Test("stand before the pixels")
  func beforePixels() throws {
    let data = try Self.image.pngData(text: [PNGText(keyword: "recipe", text: "{}")])
    let text = try #require(data.range(of: Data("iTXt".utf8)))
    let pixels = try #require(data.range(of: Data("IDAT".utf8)))
    #expect(text.lowerBound < pixels.lowerBound)
  }

  @Test(
    "with keywords that PNG has no place for are refused",
    arguments: ["", " a", "a ", "a  b", "ψ", "tab\t", String(repeating: "k", count: 80)])
  func keywords(keyword: String) {
    #expect(throws: ImagingError.self) {
      try Self.image.pngData(text: [PNGText(keyword: keyword, text: "text")])
    }
  }

  @Test("that hold a NUL are refused")
  func nul() {
    #expect(throws: ImagingError.self) {
      try Self.image.pngData(text: [PNGText(keyword: "key", text: "a\0b")])
    }
  }

  @Test("that inflate beyond 64 MB are refused")
  func bomb() throws {
    let long = PNGText(keyword: "bomb", text: String(repeating: " ", count: 65 << 20))
    let data = try Self.image.pngData(text: [long])
    #expect(data.count < 200_000)
    #expect(throws: ImagingError.self) { try PNGText.read(pngData: data, named: "bomb.png") }
    #expect(try Image(pngData: data, named: "bomb.png") == Self.image)
  }

  @Test("more than 1,000 in one file are refused")
  func tooMany() throws {
    let texts = (0..<1001).map { PNGText(keyword: "k\($0)", text: "") }
    let data = try Self.image.pngData(text: texts)
    #expect(throws: ImagingError.self) { try PNGText.read(pngData: data, named: "many.png") }
  }

  @Test("of a file cut off anywhere give an error")
  func truncation() throws {
    let whole = try Data(contentsOf: Samples.fixture("texts.png"))
    for length in 0..<whole.count {
      #expect(throws: ImagingError.self, "\(length) bytes") {
        try PNGText.read(pngData: whole.prefix(length), named: "cut")
      }
    }
  }

  @Test("of a damaged file are right or an error, never a crash", arguments: 0..<4)
  func damage(seed: UInt64) throws {
    let whole = try Data(contentsOf: Samples.fixture("texts.png"))
    let texts = try PNGText.read(pngData: whole, named: "whole")
    var generator = SeededGenerator(seed: seed)
    for _ in 0..<2000 {
      var data = whole
      data[Int.random(in: 0..<data.count, using: &generator)] = UInt8.random(
        in: 0...255, using: &generator)
      do {
        let read = try PNGText.read(pngData: data, named: "flipped")
        #expect(read.allSatisfy { texts.contains($0) })
      } catch {
        #expect(error is ImagingError)
      }
    }
  }
}
