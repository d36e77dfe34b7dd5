import Foundation
import Imaging
import TestSupport
import Testing

@Suite("Sweeps take what the synthesis of the network takes")
struct SweepTests {
  /// The pixels of a sweep's first picture and of a single picture with the same words.
  private func expectEqualPictures(_ network: String, _ words: String) throws {
    try Workplace.with { place in
      let file = ReferenceData.fixture("networks/\(network)").path
      try place.succeed(
        "sweep --network \(file) --seed 3 --trunc 0.5:1:0.5 --pictures --outdir out \(words)")
      try place.succeed("generate --network \(file) --seeds 3 --trunc 0.5 --outdir out \(words)")
      let pictures = try ["sweep-00-00", "seed0003"].map {
        try Image(contentsOf: place.folder.appendingPathComponent("out/\($0).png")).pixelDigest
      }
      #expect(pictures[0] == pictures[1], "\(words)")
    }
  }

  @Test("Levels of detail and noise", arguments: ["--lod 1", "--lod 0.5 --noise-mode none"])
  func detail(words: String) throws {
    try expectEqualPictures("sg1_small/network-final.pkl", "--class 1 \(words)")
  }

  @Test("A place in the plane")
  func place() throws {
    try expectEqualPictures(
      "sg3_t/network-snapshot-000500.pkl", "--translate 0.2,-0.1 --rotate 30")
    try Workplace.with { place in
      try place.expectRefusal(
        ["sweep", "--network", "small", "--trunc", "1", "--rotate", "30"], code: 1,
        says: ["--translate and --rotate need a StyleGAN3 network"])
    }
  }
}
