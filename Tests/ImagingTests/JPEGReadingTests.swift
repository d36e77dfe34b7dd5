import Foundation
import Imaging
import TestSupport
import Testing

/// Expected samples from Pillow (`Tests/Fixtures/imaging/photos/make.py`), which decodes through the
/// same library.
@Suite("Reading a JPEG")
struct JPEGReadingTests {
  @Test(
    "gives Pillow's samples", arguments: ["rgb420", "rgb444", "progressive", "grey"])
  func samples(name: String) throws {
    let image = try Image(contentsOf: Samples.fixture("photos/\(name).jpg"))
    #expect(try [image] == Samples.read("photos/\(name)"))
  }

  @Test("of CMYK gives the colours that were stored, nearly")
  func inks() throws {
    let image = try Image(contentsOf: Samples.fixture("photos/cmyk.jpg"))
    let expected = try #require(try Samples.read("photos/cmyk").first)
    #expect(image.width == expected.width && image.channels == 3)
    let errors = zip(image.pixels, expected.pixels).map { abs(Int($0) - Int($1)) }
    #expect(errors.reduce(0, +) < 4 * errors.count)
  }

  @Test("turns the picture upright for every orientation of the camera")
  func orientations() throws {
    let expected = try Samples.read("photos/orientations")
    for orientation in 1...8 {
      let image = try Image(contentsOf: Samples.fixture("photos/orientation-\(orientation).jpg"))
      #expect(image == expected[orientation - 1], "orientation \(orientation)")
    }
  }

  @Test(
    "fails at every length that a file may be cut off to", arguments: ["rgb420", "progressive"])
  func truncation(name: String) throws {
    let whole = try Data(contentsOf: Samples.fixture("photos/\(name).jpg"))
    // The last two bytes mark the end; libjpeg puts them there where they are missing.
    for length in 0..<whole.count - 2 {
      do {
        let image = try Image(data: whole.prefix(length), named: "cut")
        Issue.record("\(length) of \(whole.count) bytes gave \(image.width)×\(image.height)")
      } catch is ImagingError {
      }
    }
  }

  @Test(
    "never crashes on damaged bytes", arguments: ["rgb420", "progressive", "cmyk", "orientation-6"])
  func damage(name: String) throws {
    let whole = try Data(contentsOf: Samples.fixture("photos/\(name).jpg"))
    var generator = SeededGenerator(seed: 11)
    for _ in 0..<3000 {
      var data = whole
      for _ in 0..<Int.random(in: 1...4, using: &generator) {
        data[Int.random(in: 0..<data.count, using: &generator)] =
          UInt8.random(in: 0...255, using: &generator)
      }
      do { _ = try Image(data: data, named: "damaged") } catch is ImagingError {}
    }
  }

  @Test("refuses a picture that its file cannot hold, before any memory is asked for")
  func claims() throws {
    var data = try Data(contentsOf: Samples.fixture("photos/grey.jpg"))
    // The frame header: FFC0, length 11, 8 bits, height, width.
    let frame = try #require(data.firstRange(of: Data([0xFF, 0xC0, 0, 11, 8])))
    data.replaceSubrange(frame.upperBound..<frame.upperBound + 4, with: [0x7F, 0xFF, 0x7F, 0xFF])
    #expect {
      try Image(data: data, named: "huge.jpg")
    } throws: {
      "\($0)".contains("huge.jpg") && "\($0)".contains("too short for its width and height")
    }
  }
}
