import Foundation
import Imaging
import TestSupport
import Testing

@Suite("Sessions on label maps from the command line")
struct InstancesCommandTests {
  /// A small network and a scene of 64 × 32 pixels: sky, road, three cars.
  private static func prepare(_ place: Workplace) throws {
    try place.succeed(
      "weights random --family pix2pixhd --option ngf=2 --option nef=2 --seed 4 "
        + "--option n_blocks_global=2 --option n_downsample_global=2 --option n_downsample_E=2 "
        + "--output city.safetensors")
    let ids: [Int32] = (0..<64 * 32).map { i in
      let (y, x) = (i / 64, i % 64)
      if y < 12 { return 23 }
      if y < 20, x % 20 > 6 { return 26_001 + Int32(x / 20) }
      return 7
    }
    let instances = IntegerMap(width: 64, height: 32, values: ids)
    try instances.write(to: place.file("inst.png"), sixteenBits: true)
    try instances.mapped { InstanceMap.labelID(of: $0) }.write(to: place.file("label.png"))
    var pixels = [UInt8](repeating: 0, count: 64 * 32 * 3)
    for i in pixels.indices { pixels[i] = UInt8((i * 37 + i / 192 * 11) % 256) }
    try Image(width: 64, height: 32, channels: 3, pixels: pixels).write(to: place.file("photo.png"))
    try place.succeed(
      "instances new s.atelier --network city.safetensors --label-map label.png "
        + "--inst-map inst.png --palette cityscapes --name street")
  }

  @Test("Encode, name, set, blend, sample and transfer are steps that undo, branch and replay")
  func session() throws {
    try Workplace.with { place in
      try Self.prepare(place)
      try place.succeed("instances encode s.atelier street --photo photo.png --name noon")
      let listing = try place.succeed("instances list s.atelier street")
      #expect(listing.output.contains("26002") && listing.output.contains("car"))
      try place.succeed("instances cluster s.atelier --name city --count 2 --seed 1")
      for (id, name) in [(26_001, "red"), (26_002, "blue"), (26_003, "white")] {
        try place.succeed(
          "instances name s.atelier street \(id) \(name) --tag car --photo photo.png")
      }
      try place.succeed("render s.atelier street --output a.png")
      try place.succeed("instances set s.atelier street 26001 --style white")
      try place.succeed("instances set s.atelier street 26002 --style city:0")
      try place.succeed("instances blend s.atelier street 26003 --with red --t 0.5")
      try place.succeed("render s.atelier street --output b.png")
      #expect(try place.image("a.png") != place.image("b.png"))
      try place.succeed("instances sample s.atelier street --seed 5 --clusters city")
      try place.succeed("instances transfer s.atelier street --from noon")
      try place.succeed("render s.atelier street --output c.png")
      try place.succeed("undo s.atelier street --steps 2")
      try place.succeed("render s.atelier street --output again.png --threads 3")
      #expect(try place.image("again.png") == place.image("b.png"))
      try place.succeed("branch s.atelier street other")
      let hold = try place.succeed("instances hold s.atelier street")
      #expect(hold.output.contains("hold the scene as it is"))
      try place.succeed("instances set s.atelier street 26001 --style blue")
      try place.succeed("render s.atelier street --output held.png")
      #expect(try place.image("held.png") != place.image("b.png"))
      try place.succeed("undo s.atelier street --steps 2")
      try place.succeed("render s.atelier street --output free.png")
      #expect(try place.image("free.png") == place.image("b.png"))
      try place.succeed(
        "paint s.atelier street rectangle --rectangle 0,24,64,8 --label sidewalk")
      try place.succeed("render s.atelier street --output d.png")
      try place.succeed("edit s.atelier street disable --edit 3")
      let replay = try place.succeed("replay --verify s.atelier")
      #expect(replay.output.contains(" 0 different"))
      let history = try place.succeed("history s.atelier street")
      #expect(history.output.contains("style 26002: centre 0 of city"))
      let kept = try place.succeed("instances list s.atelier --tag car --json")
      #expect(kept.output.contains("\"white\""))
      let preview = try place.succeed("render s.atelier street --preview 32 --output p.png")
      #expect(preview.code == 0)
      #expect(try place.image("p.png").width == 32)
    }
  }

  @Test("What does not fit is refused in one line, and nothing is kept")
  func refusals() throws {
    try Workplace.with { place in
      try Self.prepare(place)
      let steps = try place.succeed("history s.atelier street").output
      let wrong: [(String, String)] = [
        ("instances set s.atelier street 26001 --style pink", "there is no style 'pink'"),
        ("instances set s.atelier street 99 --style seed:1", "no instance 99"),
        ("instances set s.atelier street 26001 --style instance:26002", "has no style yet"),
        ("instances transfer s.atelier street --from noon", "there is no encoding 'noon'"),
        ("instances sample s.atelier street --seed 1", "--clusters"),
        ("instances cluster s.atelier --name c", "keeps no encodings"),
        ("instances encode s.atelier street --photo inst.png", "grey"),
        (
          "instances new t.atelier --network small --label-map label.png --name x",
          "a network that paints label maps"
        ),
        (
          "instances new t.atelier --network city.safetensors --label-map label.png --name x",
          "--inst-map"
        ),
        (
          "instances new t.atelier --network city.safetensors --label-map label.png "
            + "--inst-map inst.png --width 42 --name x", "multiples of 4"
        ),
        (
          "instances new t.atelier --network city.safetensors --label-map inst.png "
            + "--inst-map inst.png --name x", "26001"
        ),
        ("generate --network city.safetensors --seeds 1", "paints label maps"),
      ]
      for (line, part) in wrong {
        let outcome = try place.run(words: line)
        #expect(outcome.code == 1, "\(line): \(outcome.output)")
        #expect(outcome.errors.contains(part), "\(line): \(outcome.errors)")
        #expect(outcome.errors.split(separator: "\n").count == 1, "\(line): \(outcome.errors)")
      }
      #expect(try place.succeed("history s.atelier street").output == steps)
      #expect(!FileManager.default.fileExists(atPath: place.file("t.atelier").path))
    }
  }
}
