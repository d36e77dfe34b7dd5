import Foundation
import Imaging
import Testing

@Suite("Regions on the command line")
struct RegionCommandTests {
  @Test("A region is a step like any other, and the picture carries its mask")
  func session() throws {
    try Workplace.with { place in
      try place.succeed("new p.atelier --network small --seed 85 --name a")
      try place.succeed("render p.atelier a --output before.png")
      var mask = IntegerMap(width: 32, height: 32, repeating: 0)
      for y in 4..<12 { for x in 4..<12 { mask[x, y] = 255 } }
      try mask.write(to: place.file("mask.png"))
      try place.succeed(
        "edit p.atelier a region --mask mask.png --source 821 --layers 8-9 --feather 0.02 "
          + "--name corner")
      try place.succeed("render p.atelier a --output after.png")
      let (before, after) = (try place.image("before.png"), try place.image("after.png"))
      let changed = (0..<64 * 64).filter { index in
        before.pixels[index * 3..<index * 3 + 3] != after.pixels[index * 3..<index * 3 + 3]
      }
      #expect(!changed.isEmpty)
      #expect(changed.allSatisfy { $0 % 64 < 32 && $0 / 64 < 32 })
      #expect(
        try place.succeed("history p.atelier a").output.contains("region corner with 821 (8-9)"))
      try place.succeed("undo p.atelier a")
      try place.succeed("render p.atelier a --output undone.png")
      #expect(try place.image("undone.png") == before)

      try place.succeed("redo p.atelier a")
      try place.succeed("open after.png --project q.atelier --name b --output b.png")
      #expect(try place.image("b.png") == after)
      try place.succeed("replay p.atelier --verify")
      try place.succeed(
        "edit q.atelier b region --ellipse 0.5,0.5,0.1,0.1 --polygon 0,0,1,0,0,1 "
          + "--rectangle not:0.4,0.4,0.1,0.1 --with mean")
      #expect(
        try place.succeed("history q.atelier b").output.contains("without rectangle 0.4,0.4"))
    }
  }

  @Test("Objects of the artwork's own maps are regions, too")
  func objects() throws {
    try PaintTests.street { place in
      try place.succeed(PaintTests.importing)
      try place.succeed("edit p.atelier a region --object 26000,26001 --source 3 --name cars")
      try place.succeed("paint p.atelier a delete --object 26000")
      try place.succeed("render p.atelier a --output a.png")
      try place.expectRefusal(
        ["edit", "p.atelier", "a", "region", "--object", "26000", "--source", "3"], code: 1,
        says: ["no object 26000"])
    }
  }

  @Test(
    "What makes no region leaves nothing behind",
    arguments: [
      ("--source 3", 64, "needs a place"), ("--ellipse 0.5,0.5,0.1,0.1", 64, "needs --with"),
      ("--ellipse 0.5,0.5 --source 3", 64, "is not an ellipse"),
      ("--ellipse 0.5,0.5,0.1,0.1 --source 3 --feather 2", 64, "not between 0 and 1"),
      ("--ellipse 0.5,0.5,0.1,-1 --source 3", 1, "radii must be above 0"),
      ("--ellipse 5,5,0.1,0.1 --source 3", 1, "meets no pixel of the picture"),
      ("--ellipse 0.5,0.5,0.1,0.1 --source 3 --layers 4-40", 1, "out of range"),
      ("--mask missing.png --source 3", 1, "cannot be read"),
      ("--mask black.png --source 3", 1, "meets no pixel of the picture"),
      ("--mask black.png --values 7 --source 3", 1, "no pixel has one of the numbers"),
      ("--object 3 --source 3", 1, "has no maps"),
    ])
  func refusals(line: String, code: Int32, says: String) throws {
    try Workplace.with { place in
      try place.succeed("new p.atelier --network small --seed 85 --name a")
      try IntegerMap(width: 4, height: 4, repeating: 0).write(to: place.file("black.png"))
      let words =
        ["edit", "p.atelier", "a", "region"] + line.split(separator: " ").map(String.init)
      try place.expectRefusal(words, code: code, says: [says])
    }
  }
}
