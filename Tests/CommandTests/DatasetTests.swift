import Foundation
import Imaging
import TestSupport
import Testing

@Suite("Drawing data sets")
struct DatasetTests {
  @Test("A data set is drawn once, goes on where it stopped, and is of one world")
  func render() throws {
    try Workplace.with { place in
      let line = "dataset render --kind cars --size 32 --seed 7 --outdir data"
      #expect(try place.succeed("\(line) --count 2").output.contains("2 of them drawn now"))
      let first = try place.data("data/images/00000001.png")
      #expect(try place.succeed("\(line) --count 4 --threads 3").output.contains("4 samples, 2 of"))
      #expect(try place.data("data/images/00000001.png") == first)
      for part in ["images", "labels", "instances", "sketches"] {
        let folder = place.folder.appendingPathComponent("data/\(part)")
        let names = try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
        #expect(names == (0..<4).map { "0000000\($0).png" })
      }
      let url = place.folder.appendingPathComponent("data/instances/00000000.png")
      #expect(try IntegerMap(contentsOf: url).distinctValues.contains(6000))
      try place.expectRefusal(
        "dataset render --kind cars --size 32 --seed 8 --count 1 --outdir data"
          .split(separator: " ").map(String.init), code: 1, says: ["holds samples of"])
    }
  }

  @Test(
    "Sizes and counts that cannot be",
    arguments: [
      "--size 8", "--size 2000", "--size x", "--size 64x", "--size 64x64x64", "--size 64x8",
      "--count 0", "--first -1",
    ])
  func usage(words: String) throws {
    try Workplace.with { place in
      try place.expectRefusal(
        ("dataset render --kind portrait --outdir data " + words).split(separator: " ")
          .map(String.init), code: 64, says: ["--"])
    }
  }
}
