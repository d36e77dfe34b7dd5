import Foundation
import Imaging
import Testing

@Suite("Painting maps")
struct PaintTests {
  /// A project with an artwork, and the files `label.png` and `inst.png` of a small street: sky 23
  /// over road 7, two cars.
  static func street(_ body: (Workplace) throws -> Void) throws {
    try Workplace.with { place in
      var labels = IntegerMap(width: 12, height: 8, repeating: 23)
      for y in 4..<8 { for x in 0..<12 { labels[x, y] = 7 } }
      var instances = labels
      for (x, id) in [(1, Int32(26000)), (7, 26001)] {
        for y in 3..<6 {
          for column in x..<x + 3 {
            labels[column, y] = 26
            instances[column, y] = id
          }
        }
      }
      try labels.write(to: place.file("label.png"))
      try instances.write(to: place.file("inst.png"))
      try place.succeed("new p.atelier --network small --seed 1 --name a")
      try body(place)
    }
  }

  static let importing =
    "paint p.atelier a import --label-map label.png --inst-map inst.png --palette cityscapes"

  static func objects(_ place: Workplace) throws -> IntegerMap {
    try place.succeed("paint p.atelier a show --outdir shown")
    return try IntegerMap(contentsOf: place.file("shown/a-inst.png"))
  }

  @Test("A session: import, paint, move, undo, branch, and everything comes back")
  func session() throws {
    try Self.street { place in
      try place.succeed(Self.importing)
      let start = try Self.objects(place)
      #expect(try start == IntegerMap(contentsOf: place.file("inst.png")))
      let view = try place.image("shown/a-view.png")
      #expect(Array(view.pixels.prefix(3)) == [70, 130, 180])

      for line in [
        "rectangle --rectangle 0,7,12,1 --label sidewalk",
        "brush --points 0.5,0.5,3.5,0.5 --radius 0.6 --label 21",
        "ellipse --ellipse 6,1,1,1 --label building",
        "polygon --points 8,0,12,0,12,3 --label tunnel",
        "fill --at 6,6 --label parking", "relabel --object 26001 --label truck",
        "move --object 26000 --by 2,0", "copy --object 26000 --by 0,-2",
        "delete --object 27000 --fill sky", "swap --object 26000 --with 26001",
      ] {
        let outcome = try place.succeed("paint p.atelier a \(line)")
        #expect(outcome.output.contains("pixels changed"))
        #expect(!outcome.output.contains(" 0 pixels changed"), "\(line)")
      }
      let end = try Self.objects(place)
      #expect(end[0, 7] == 8)
      #expect(end[2, 0] == 21)
      #expect(end[8, 4] == 23)
      #expect(end[4, 5] == 26001 && end[4, 1] == 26000)

      try place.succeed("undo p.atelier a --steps 10")
      #expect(try Self.objects(place) == start)
      try place.succeed("redo p.atelier a --steps 10")
      #expect(try Self.objects(place) == end)
      let history = try place.succeed("history p.atelier a")
      #expect(history.output.contains("make object 26001 truck"))

      // The picture carries its maps.
      try place.succeed("render p.atelier a --output a.png")
      try place.succeed("open a.png --project q.atelier --name b --output b.png")
      try place.succeed("paint q.atelier b show --outdir again")
      #expect(try IntegerMap(contentsOf: place.file("again/b-inst.png")) == end)
      try place.succeed("replay q.atelier --verify")
    }
  }

  @Test("Coloured maps come in through a palette, and objects are found")
  func colours() throws {
    try Self.street { place in
      try place.succeed("maps --label-map label.png --palette cityscapes --outdir view")
      try place.succeed(
        "paint p.atelier a import --label-map view/label-view.png --colours --palette cityscapes "
          + "--find-objects")
      #expect(try Self.objects(place) == IntegerMap(contentsOf: place.file("inst.png")))
      #expect(
        try place.succeed("maps --label-map label.png --json").output.contains(#""area" : "#))
    }
  }

  @Test("A palette of one's own names the classes of its session from then on")
  func ownPalette() throws {
    try Self.street { place in
      func write(_ name: String) throws {
        let classes = [(7, "tarmac"), (23, "heaven"), (26, "auto")].map {
          "{\"id\":\($0.0),\"name\":\"\($0.1)\"}"
        }
        try Data("{\"name\":\"\(name)\",\"classes\":[\(classes.joined(separator: ","))]}".utf8)
          .write(to: place.file("own.json"))
      }
      try write("mine")
      let maps = "import --label-map label.png --inst-map inst.png --palette own.json"
      try place.succeed("paint p.atelier a \(maps)")
      try place.succeed("paint p.atelier a rectangle --rectangle 0,0,4,2 --label tarmac")
      #expect(try Self.objects(place)[1, 1] == 7)
      try write("cityscapes")
      try place.expectRefusal(
        ["paint", "p.atelier", "a"] + maps.split(separator: " ").map(String.init), code: 1,
        says: ["give it another name"])
    }
  }

  @Test(
    "What cannot be done leaves nothing behind",
    arguments: [
      ("fill --at 3,3 --label 7", "has no maps"),
      ("show", "has no maps"),
      ("import --label-map missing.png", "missing.png: cannot be read"),
      ("import --label-map view.png", "it is a colour picture"),
      ("import --label-map label.png --inst-map small.png", "has 3×3 pixels"),
      ("import --label-map strange.png --palette cityscapes", "has no class 77"),
      ("import --label-map view.png --colours --palette ade20k", "is not one of palette 'ade20k'"),
      ("import --label-map label.png --palette nobody", "palette nobody"),
    ])
  func refusals(line: String, says: String) throws {
    try Self.street { place in
      try IntegerMap(width: 3, height: 3, repeating: 7).write(to: place.file("small.png"))
      try IntegerMap(width: 3, height: 3, repeating: 77).write(to: place.file("strange.png"))
      try Image(width: 12, height: 8, colour: [70, 130, 181]).write(to: place.file("view.png"))
      let words = ["paint", "p.atelier", "a"] + line.split(separator: " ").map(String.init)
      try place.expectRefusal(words, code: 1, says: [says])
    }
  }

  @Test(
    "Edits that the maps do not allow",
    arguments: [
      ("fill --at 12,3 --label 7", "(12, 3) is not in the maps of 12×8 pixels"),
      ("rectangle --rectangle 20,20,3,3 --label 7", "meets no pixel"),
      ("rectangle --rectangle 2,2,0,3 --label 7", "must be above 0"),
      ("relabel --object 26009 --label 7", "no object 26009"),
      ("move --object 26000 --by 40,0", "nothing of it is left"),
      ("fill --at 1,1 --label lorry", "it has no class 'lorry'"),
    ])
  func impossible(line: String, says: String) throws {
    try Self.street { place in
      try place.succeed(Self.importing)
      let words = ["paint", "p.atelier", "a"] + line.split(separator: " ").map(String.init)
      try place.expectRefusal(words, code: 1, says: [says])
    }
  }

  @Test(
    "Wrong usage",
    arguments: [
      ("varnish", "There is no edit 'varnish'"),
      ("brush --points 1,2", "needs --points and --radius"),
      ("fill --at 1 --label 7", "is not two whole numbers"), ("fill --label 7", "Missing --at"),
      ("polygon --points 1,2,3 --label 7", "odd number"), ("delete", "needs --object"),
      ("import", "Missing --label-map"),
    ])
  func usage(line: String, says: String) throws {
    try Self.street { place in
      try place.succeed(Self.importing)
      let words = ["paint", "p.atelier", "a"] + line.split(separator: " ").map(String.init)
      try place.expectRefusal(words, code: 64, says: [says])
    }
  }
}
