import Foundation
import Imaging
import TestSupport
import Testing

@Suite("Quick small pictures")
struct PreviewCommandTests {
  @Test("generate --preview writes small pictures that reopen as the edit of the whole one")
  func generate() throws {
    try Workplace.with { place in
      try place.succeed(
        "generate --network small --seeds 85,100 --trunc 0.7 --preview 32 --grid 2x1")
      #expect(
        try place.names()
          == ["out", "out/grid.png", "out/seed0085-32px.png", "out/seed0100-32px.png"])
      let small = try place.image("out/seed0085-32px.png")
      #expect((small.width, small.height) == (32, 32))
      let opened = try place.succeed("open out/seed0085-32px.png --output whole.png")
      #expect(opened.output.contains("the original is a preview"))
      #expect(
        try place.image("whole.png").isDrawn(as: Workplace.expectedPicture("seeds", 0)))
    }
  }

  @Test("render --preview draws an artwork small, and leaves no render for a replay to meet")
  func render() throws {
    try Workplace.with { place in
      try place.succeed("new p.atelier --network small --seed 85 --name anna")
      try place.succeed("render p.atelier anna --preview 16 --output small.png")
      #expect(try place.image("small.png").width == 16)
      let replayed = try place.succeed("replay p.atelier")
      #expect(!replayed.output.contains("DIFFERENT"))
    }
  }

  @Test("Sides that the network has not are refused before anything is written")
  func refusals() throws {
    try Workplace.with { place in
      try place.expectRefusal(
        ["generate", "--network", "small", "--seeds", "1", "--preview", "100"], code: 1,
        says: ["no previews of 100 pixels", "16, 32"])
      try place.expectRefusal(
        ["generate", "--network", "small", "--seeds", "1", "--preview", "0"], code: 64,
        says: ["--preview 0"])
    }
  }

  @Test("Tables are the same with and without kept activations")
  func tables() throws {
    try Workplace.with { place in
      for (folder, megabytes) in [("with", 64), ("without", 0)] {
        try place.succeed(
          "style-mixing --network small --rows 85,100 --cols 55,821 --styles 6-9 --trunc 0.8 "
            + "--outdir \(folder) --activation-cache \(megabytes)")
        try place.succeed(
          "sweep --network small --seed 85 --trunc -1:1:0.5 --pictures "
            + "--outdir \(folder) --activation-cache \(megabytes)")
      }
      for name in ["grid.png", "85-55.png", "100-821.png", "sweep.png", "sweep-00-03.png"] {
        #expect(try place.image("with/\(name)") == place.image("without/\(name)"), "\(name)")
      }
    }
  }
}
