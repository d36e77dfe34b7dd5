import Foundation
import Imaging
import Testing

@Suite("The same picture again")
struct ReproductionTests {
  @Test("Files are equal to the byte for any number of threads")
  func threads() throws {
    try Workplace.with { place in
      for threads in [1, 2, 5] {
        let common = "--network small --trunc 0.7 --threads \(threads) --outdir t\(threads)"
        try place.succeed("generate --seeds 85,100 \(common)")
        try place.succeed("style-mixing --rows 85 --cols 55,821 \(common) --sheet s.png")
        try FileManager.default.moveItem(
          at: place.file("s.png"), to: place.file("t\(threads)/s.png"))
      }
      let names = try FileManager.default.contentsOfDirectory(atPath: place.file("t1").path)
      #expect(names.count == 9)
      for name in names {
        #expect(try place.data("t1/\(name)") == place.data("t2/\(name)"), "\(name)")
        #expect(try place.data("t1/\(name)") == place.data("t5/\(name)"), "\(name)")
      }
    }
  }

  @Test("A replay draws every picture and table as it was")
  func replay() throws {
    try Workplace.with { place in
      try makeAnna(in: place)
      try place.succeed("render p.atelier anna --output a.png")
      try place.succeed("render p.atelier anna --step 1 --output b.png --threads 3")
      try place.succeed("sweep --network small --seed 7 --trunc 0:1:0.5 --project p.atelier")
      try place.succeed("generate --network small --seeds 85 --project p.atelier")
      let replay = try place.succeed("replay --verify p.atelier --threads 5 --outdir again")
      #expect(replay.output.contains(" 0 different, 0 rendered for the first time"))
      #expect(try place.image("again/anna.png") == place.image("a.png"))
      // A picture whose pixels are not those recorded.
      var data = try place.data("p.atelier")
      let digest = Data(try place.image("a.png").pixelDigest.description.utf8)
      let found = try #require(data.range(of: digest))
      data[found.upperBound - 1] ^= 1
      try data.write(to: place.file("p.atelier"))
      let changed = try place.run(words: "replay --verify p.atelier")
      #expect(changed.code == 1)
      #expect(changed.output.contains("DIFFERENT  anna"))
    }
  }

  @Test("A PNG alone reopens as its edit, with the same bytes")
  func open() throws {
    try Workplace.with { place in
      try makeAnna(in: place)
      try place.succeed("render p.atelier anna --output edit.png")
      try place.succeed("render p.atelier anna --before-after --cell 64 --output both.png")
      try place.succeed(
        "style-mixing --network small --rows 85 --cols 55 --sheet table.png --sheet-only --cell 64")
      for name in ["edit", "both", "table"] {
        try Workplace.with { empty in
          let parent = empty.folder.deletingLastPathComponent()
          try place.data("\(name).png").write(to: parent.appendingPathComponent("\(name).png"))
          let outcome = try empty.succeed("open ../\(name).png")
          #expect(outcome.output.contains("equal to the original's"))
          #expect(try empty.names() == ["\(name).atelier", "\(name).png"])
          #expect(try empty.data("\(name).png") == place.data("\(name).png"), "\(name)")
          try empty.succeed("replay --verify \(name).atelier")
        }
      }
      try Workplace.with { empty in
        let parent = empty.folder.deletingLastPathComponent()
        try place.data("edit.png").write(to: parent.appendingPathComponent("edit.png"))
        try empty.succeed("open ../edit.png --name bob --project q.atelier --output r.png")
        let history = try empty.succeed("history q.atelier bob").output
        #expect(history.contains("move 2.0 along smile (0-3)"))
        #expect(history.contains("mix with seed 821 (8-:0.5)"))
        try empty.succeed("edit q.atelier bob move --direction smile --by=-2 --layers 0-3")
      }
    }
  }

  @Test("A converted network draws the same pixels, and converts to the same bytes")
  func convert() throws {
    try Workplace.with { place in
      try place.succeed("generate --network small --seeds 85,100 --trunc 0.7 --outdir before")
      try place.succeed("convert small --output a.safetensors")
      try place.succeed("convert small --output b.safetensors")
      #expect(try place.data("a.safetensors") == place.data("b.safetensors"))
      try place.succeed("generate --network a.safetensors --seeds 85,100 --trunc 0.7")
      for name in ["seed0085", "seed0100"] {
        #expect(try place.image("out/\(name).png") == place.image("before/\(name).png"))
      }
    }
  }

  /// A project with an artwork of two edits and a direction called smile.
  private func makeAnna(in place: Workplace) throws {
    try place.addBrokenFiles()
    try place.succeed("new p.atelier --network small --seed 42 --name anna")
    try place.succeed("directions import p.atelier d32.npy --name smile")
    try place.succeed("edit p.atelier anna move --direction smile --by 2 --layers 0-3")
    try place.succeed("edit p.atelier anna mix --with 821 --layers fine --weight 0.5")
  }
}
