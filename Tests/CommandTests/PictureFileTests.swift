import Checkpoints
import Foundation
import Imaging
import TestSupport
import Testing

@Suite("Pictures and files as the official scripts write them")
struct PictureFileTests {
  @Test("generate names files by seed, and draws what the official script draws")
  func generate() throws {
    try Workplace.with { place in
      let outcome = try place.succeed(
        "generate --network small --seeds 85,100 --trunc 0.7 --outdir out --grid 2x1")
      #expect(try place.names() == ["out", "out/grid.png", "out/seed0085.png", "out/seed0100.png"])
      #expect(
        outcome.output.split(separator: "\n").map { $0.split(separator: "/").last }
          == ["seed0085.png", "seed0100.png"])
      let pictures = try ["seed0085", "seed0100"].map { try place.image("out/\($0).png") }
      for (index, picture) in pictures.enumerated() {
        #expect(try picture.isDrawn(as: Workplace.expectedPicture("seeds", index)))
      }
      let grid = try place.image("out/grid.png")
      #expect((grid.width, grid.height) == (128, 64))
      for (index, picture) in pictures.enumerated() {
        #expect(grid.cell(column: index, row: 0, side: 64) == picture.pixels)
      }
      try place.succeed("generate --network small --seeds 85,12345-12346 --outdir plain")
      #expect(
        try place.image("plain/seed0085.png")
          .isDrawn(as: Workplace.expectedPicture("untruncated", 0)))
      #expect(try place.names().contains("plain/seed12346.png"))
    }
  }

  @Test("style-mixing draws the official pictures to one level, and the official grid")
  func styleMixing() throws {
    try Workplace.with { place in
      try place.succeed(
        "style-mixing --network small --rows 85,100 --cols 55,821 --styles 0-3 --trunc 0.8")
      let cells = [
        ["", "55-55", "821-821"], ["85-85", "85-55", "85-821"], ["100-100", "100-55", "100-821"],
      ]
      let files = cells.joined().filter { !$0.isEmpty }.map { "out/\($0).png" }
      #expect(try Set(place.names()) == Set(["out", "out/grid.png"] + files))
      for (index, name) in ["85-55", "85-821", "100-55", "100-821"].enumerated() {
        let picture = try place.image("out/\(name).png").pixels
        let expected = try Workplace.expectedPicture("mixed", index)
        #expect(zip(picture, expected).allSatisfy { abs(Int($0) - Int($1)) <= 1 }, "\(name)")
      }
      let grid = try place.image("out/grid.png")
      #expect((grid.width, grid.height) == (192, 192))
      for (row, names) in cells.enumerated() {
        for (column, name) in names.enumerated() {
          let picture =
            name.isEmpty
            ? [UInt8](repeating: 0, count: 64 * 64 * 3)
            : try place.image("out/\(name).png").pixels
          #expect(grid.cell(column: column, row: row, side: 64) == picture, "\(row), \(column)")
        }
      }
    }
  }

  @Test("An exported latent is what the official script maps, and draws the same picture")
  func exportedLatent() throws {
    try Workplace.with { place in
      try place.succeed("new p.atelier")
      try place.succeed("latents keep p.atelier 85 --name me --network small --trunc 0.7")
      try place.succeed("latents export p.atelier me --output me.npz")
      let checkpoint = try Checkpoint(contentsOf: place.file("me.npz"))
      #expect(checkpoint.names == ["w"])
      let w = try checkpoint.tensor("w")
      #expect(w.shape == [1, 10, 32])
      let expected = try Workplace.expected("ws").prefix(320)
      let error = w.withUnsafeBuffer { zip($0, expected).map { abs($0 - $1) }.max() ?? 1 }
      #expect(error < 1e-5)
      try place.succeed("generate --network small --projected-w me.npz")
      try place.succeed("generate --network small --projected-w me,me --project p.atelier -o kept")
      for name in ["out/proj00.png", "kept/proj00.png", "kept/proj01.png"] {
        #expect(
          try place.image(name).isDrawn(as: Workplace.expectedPicture("seeds", 0)), "\(name)")
      }
      try place.succeed("latents import p.atelier me.npz --name again")
      try place.succeed("latents export p.atelier again --output again.npz")
      #expect(try place.data("again.npz") == place.data("me.npz"))
    }
  }

  @Test(
    "NumPy reads an exported latent",
    .enabled(if: hasNumPy, "needs a python3 with numpy on the path"))
  func numPy() throws {
    try Workplace.with { place in
      try place.succeed("new p.atelier")
      try place.succeed("latents keep p.atelier 85 --name me --network small")
      try place.succeed("latents export p.atelier me --output me.npz")
      let script =
        "import numpy; f = numpy.load('me.npz'); print(f.files, f['w'].shape, f['w'].dtype)"
      let outcome = try place.run("/usr/bin/env", ["python3", "-c", script])
      #expect(outcome.output == "['w'] (1, 10, 32) float32\n", "\(outcome.errors)")
    }
  }

  static let hasNumPy: Bool =
    (try? Workplace.with { place in
      try place.run("/usr/bin/env", ["python3", "-c", "import numpy"]).code == 0
    }) ?? false
}

extension Image {
  /// The pixels of one cell of a grid without gaps.
  fileprivate func cell(column: Int, row: Int, side: Int) -> [UInt8] {
    var cell: [UInt8] = []
    for y in row * side..<(row + 1) * side {
      let start = (y * width + column * side) * 3
      cell += pixels[start..<start + side * 3]
    }
    return cell
  }
}
