import Foundation
import Imaging
import Testing

@Suite("Pictures that do not reopen")
struct DamagedPictureTests {
  /// How a picture is damaged, and what is said about it.
  struct Damage: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let says: [String]
    let change: @Sendable (inout String) -> Void
  }

  static let damages = [
    Damage(testDescription: "no recipe", says: ["carries no recipe"]) { $0 = "" },
    Damage(testDescription: "half a recipe", says: ["this is not a recipe"]) {
      $0 = String($0.prefix($0.count / 2))
    },
    Damage(testDescription: "another JSON", says: ["this is not a recipe: '' has no 'atelier'"]) {
      $0 = "{}"
    },
    Damage(testDescription: "a changed tensor", says: ["the tensor sha256:", "is damaged"]) {
      $0 = $0.replacingOccurrences(of: "AACAPwAA", with: "AACAPgAA")
    },
    Damage(testDescription: "a tensor of another shape", says: ["a tensor of shape [33]"]) {
      $0 = $0.replacingOccurrences(of: "[32]", with: "[33]")
    },
    Damage(testDescription: "no tensor", says: ["is not at hand"]) {
      let all = #""tensors":\{.*\}\}"#
      $0 = $0.replacingOccurrences(of: all, with: #""tensors":{}}"#, options: .regularExpression)
    },
    Damage(testDescription: "a newer recipe", says: ["has version 99", "Update Atelier"]) {
      $0 = $0.replacingOccurrences(of: #""atelier":1"#, with: #""atelier":99"#)
    },
    Damage(testDescription: "an unknown edit", says: ["edits of kind 'warp' version 1"]) {
      $0 = $0.replacingOccurrences(of: #""move""#, with: #""warp""#)
    },
    Damage(testDescription: "layers out of range", says: ["layer 99 is out of range"]) {
      $0 = $0.replacingOccurrences(of: #""0-3""#, with: #""0-99""#)
    },
    Damage(testDescription: "another network", says: ["is not here", "--network"]) {
      $0 = $0.replacingOccurrences(of: "sha256:bf37", with: "sha256:0000")
    },
  ]

  @Test("A recipe that is damaged is one clear error", arguments: damages)
  func damage(damage: Damage) throws {
    try Workplace.with { place in
      let texts = try makePicture(in: place)
      let changed = texts.compactMap { text -> PNGText? in
        guard text.keyword == "atelier:recipe" else { return text }
        var content = text.text
        damage.change(&content)
        return content.isEmpty ? nil : PNGText(keyword: text.keyword, text: content)
      }
      #expect(changed != texts)
      try place.image("edit.png").write(to: place.file("bad.png"), text: changed)
      try place.expectRefusal(["open", "bad.png"], code: 1, says: damage.says)
    }
  }

  @Test("A file that is cut short, no PNG, or missing is one clear error")
  func files() throws {
    try Workplace.with { place in
      _ = try makePicture(in: place)
      try place.data("edit.png").dropLast(600).write(to: place.file("short.png"))
      for (name, says) in [
        ("short.png", "short.png"), ("d32.npy", "not a picture file"), ("photo.pkl", "photo.pkl"),
        ("none.png", "No such file"), (".", "it is a folder"),
      ] {
        try place.expectRefusal(["open", name], code: 1, says: [says])
      }
      try place.expectRefusal(
        ["open", "edit.png", "--network", "conditional", "--output", "b.png"], code: 1,
        says: ["the recipe was made with network"])
      try place.expectRefusal(
        ["open", "edit.png", "--name", "a/b"], code: 1, says: ["cannot name an artwork"])
    }
  }

  @Test("Pixels that were changed are noticed")
  func changedPixels() throws {
    try Workplace.with { place in
      let texts = try makePicture(in: place)
      #expect(
        try place.succeed("open edit.png --info").output.contains("as they were rendered"))
      var picture = try place.image("edit.png")
      picture.pixels[100] ^= 1
      try picture.write(to: place.file("retouched.png"), text: texts)
      #expect(
        try place.succeed("open retouched.png --info").output.contains("changed since"))
      #expect(
        try place.succeed("open retouched.png --output again.png").output.contains("DIFFERENT"))
    }
  }

  /// `edit.png` with one edit, and its texts.
  private func makePicture(in place: Workplace) throws -> [PNGText] {
    try place.addBrokenFiles()
    try place.succeed("new p.atelier --network small --seed 42 --name anna")
    try place.succeed("edit p.atelier anna move --direction d32.npy --by 2 --layers 0-3")
    try place.succeed("render p.atelier anna --output edit.png")
    return try PNGText.read(from: place.file("edit.png"))
  }
}
