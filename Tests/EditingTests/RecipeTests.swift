import Editing
import Foundation
import Networks
import TestSupport
import Tensors
import Testing

@Suite("Recipes")
struct RecipeTests {
  static let networkDigits = String(repeating: "a", count: 64)
  static let directionDigits = String(repeating: "0123456789abcdef", count: 4)

  let network: Digest
  let direction: Digest
  let recipe: Recipe

  init() throws {
    network = try #require(Digest(Self.networkDigits))
    direction = try #require(Digest(Self.directionDigits))
    var recipe = Recipe(network: network, base: .seed(85), truncation: .psi(0.7))
    recipe.append(MixOperation(with: .seed(821), layers: LayerSet(8..<18)))
    recipe.append(MoveOperation(along: direction, by: 2, layers: LayerSet(4..<8)))
    recipe.edits[1].isEnabled = false
    self.recipe = recipe
  }

  /// What the recipe is in every version of Atelier: pictures are found by its digest.
  static let canonical = """
    {"atelier":1,"base":{"seed":85},"edits":[\
    {"enabled":true,"kind":"mix","parts":[{"source":{"seed":821},"weight":"8-17:1.0"}],"version":1},\
    {"by":2,"direction":"sha256:\(directionDigits)","enabled":false,"kind":"move","layers":"4-7",\
    "version":1}],"network":"sha256:\(networkDigits)","noise":{"mode":"const"},\
    "truncation":{"psi":0.7}}
    """

  @Test("An old recipe keeps its text, and so its digest, however its layers are written")
  func oldLayers() throws {
    var old = Recipe(network: Digest(of: Data()), base: .seed(1))
    old.append(MixOperation(with: .seed(2), layers: try LayerSet(parsing: "0-7")))
    old.append(MoveOperation(along: Digest(of: Data()), by: 1, layers: LayerSet(2..<5)))
    let text = String(decoding: try old.canonicalJSON(), as: UTF8.self)
      .replacing("0-7:", with: "0-3,4-7:").replacing(#""2-4""#, with: #""4,2,2-3""#)
    let read = try Recipe(json: Data(text.utf8))
    #expect(String(decoding: try read.canonicalJSON(), as: UTF8.self) == text)
    #expect(try read.digest() == Digest(of: Data(text.utf8)))
  }

  @Test("The canonical JSON is these bytes, and its digest stays")
  func canonical() throws {
    #expect(String(decoding: try recipe.canonicalJSON(), as: UTF8.self) == Self.canonical)
    // sha256sum of the text above.
    #expect(
      try recipe.digest().hexadecimal
        == "df31f4e245b2bfd6529a428bca41c4ca81606a1234b206c81cd27cec237fd1b5")
  }

  @Test("A recipe reads back, from any order of keys and with spaces")
  func roundTrip() throws {
    #expect(try Recipe(json: Data(Self.canonical.utf8)) == recipe)
    let object = try JSONSerialization.jsonObject(with: Data(Self.canonical.utf8))
    let pretty = try JSONSerialization.data(withJSONObject: object, options: .prettyPrinted)
    let read = try Recipe(json: pretty)
    #expect(read == recipe && read.hashValue == recipe.hashValue)
    #expect(try read.digest() == recipe.digest())
  }

  @Test("Everything that a recipe can say reads back to the same bytes")
  func everything() throws {
    let sources: [LatentSource] = [
      .seed(4_294_967_295, label: ClassLabel(2)), LatentSource(.mean),
      LatentSource(.mean, truncates: false), LatentSource(.latent(direction, .z)),
      LatentSource(.latent(direction, .w), truncates: true),
      LatentSource(.latent(direction, .wPlus), label: try ClassLabel(parsing: "0:0.25,3:0.75")),
      LatentSource(.between(.seed(1), .seed(2), t: 0.3, .slerp)),
      LatentSource(
        .between(
          LatentSource(.mean), LatentSource(.between(.seed(1), .seed(2), t: 1, .lerp)),
          t: -0.5, .lerp)),
    ]
    let noises = [
      NoiseSettings.const, NoiseSettings(mode: .none), NoiseSettings(mode: .random, seed: .max),
      NoiseSettings(mode: .const, strength: try LayerProfile(parsing: "0-3:0,8-:0.5")),
    ]
    let truncations = [
      Truncation.none, .psi(-0.5, cutoff: 8),
      Truncation(psi: try LayerProfile(parsing: "coarse:0.1,fine:1e-7"), center: network),
    ]
    var digests = Set<Digest>()
    for base in sources {
      for noise in noises {
        for truncation in truncations {
          var recipe = Recipe(network: network, base: base, truncation: truncation, noise: noise)
          recipe.append(
            MixOperation(
              try sources.map {
                MixOperation.Part(source: $0, weight: try LayerProfile(parsing: "0:0.1,2-:0.3"))
              }))
          recipe.append(MoveOperation(along: direction, by: -1 / 3, layers: .all))
          let json = try recipe.canonicalJSON()
          let read = try Recipe(json: json)
          #expect(read == recipe)
          #expect(try read.canonicalJSON() == json)
          digests.insert(try recipe.digest())
        }
      }
    }
    #expect(digests.count == sources.count * noises.count * truncations.count)
  }

  @Test("Level of detail and transform are in the JSON only where they are set")
  func settings() throws {
    var recipe = recipe
    recipe.lod = 1.5
    recipe.transform = InputTransform(x: 0.25, y: 0, rotate: -30)
    let json = String(decoding: try recipe.canonicalJSON(), as: UTF8.self)
    #expect(json.contains(#""lod":1.5"#))
    #expect(json.contains(#""transform":{"rotate":-30,"translate":[0.25,0]}"#))
    #expect(try Recipe(json: Data(json.utf8)) == recipe)
    #expect(!Self.canonical.contains("lod") && !Self.canonical.contains("transform"))
  }

  @Test("The content that a recipe names, once each, in order")
  func content() throws {
    var recipe = recipe
    recipe.base = LatentSource(
      .between(
        LatentSource(.latent(network, .w)), LatentSource(.latent(direction, .w)), t: 0, .lerp))
    let center = Digest(of: Tensor(1))
    recipe.truncation.center = center
    #expect(recipe.tensors == [network, direction, center])
  }

  /// The error of reading the canonical recipe after a change of its text.
  static func error(replacing old: String, with new: String) throws -> EditingError? {
    let text = canonical.replacing(old, with: new)
    #expect(text != canonical, "\(old) is not in the recipe")
    do {
      _ = try Recipe(json: Data(text.utf8))
      return nil
    } catch let error as EditingError {
      return error
    }
  }

  @Test("An unknown kind or version of edit is named, with what is known")
  func unknownOperations() throws {
    for (old, new, kind, version) in [
      ("\"kind\":\"move\"", "\"kind\":\"warp\"", "warp", 1),
      ("\"layers\":\"4-7\",\"version\":1", "\"layers\":\"4-7\",\"version\":2", "move", 2),
    ] {
      let error = try Self.error(replacing: old, with: new)
      guard case .unknownOperation(kind, version, let known) = error else {
        Issue.record("\(String(describing: error))")
        continue
      }
      #expect(known.contains("mix 1") && known.contains("move 1"))
    }
  }

  @Test("A recipe of a newer form is refused before anything else in it is looked at")
  func newer() throws {
    let error = try Self.error(replacing: "\"atelier\":1", with: "\"atelier\":2")
    #expect(error == .newerRecipe(version: 2, supported: 1))
    #expect(throws: EditingError.newerRecipe(version: 9, supported: 1)) {
      try Recipe(json: Data(#"{"atelier":9,"picture":"a cat"}"#.utf8))
    }
  }

  @Test(
    "What is no recipe says where and why",
    arguments: [
      ("\"seed\":85", "\"seed\":-1", "base.seed"),
      ("\"seed\":85", "\"seed\":4294967296", "base.seed"),
      ("\"seed\":85", "\"sead\":85", "from"), ("\"by\":2", "\"by\":\"two\"", "edits.1.by"),
      ("\"by\":2,", "", "'by'"), ("\"layers\":\"4-7\"", "\"layers\":\"7-4\"", "7-4"),
      ("sha256:aaaa", "sha256:zzzz", "network"),
      ("\"mode\":\"const\"", "\"mode\":\"loud\"", "noise"),
      ("\"psi\":0.7", "\"psi\":\"0-3\"", "0-3"), ("\"enabled\":true,", "", "'enabled'"),
      ("\"atelier\":1,", "", "'atelier'"), ("\"atelier\":1", "\"atelier\":0", "atelier"),
      ("\"weight\":\"8-17:1.0\"", "\"weight\":null", "weight"), ("}", "", "not a recipe"),
    ])
  func invalid(old: String, new: String, place: String) throws {
    let error = try #require(try Self.error(replacing: old, with: new))
    #expect("\(error)".contains(place), "\(error)")
  }

  @Test("Bytes that are no JSON are no recipe")
  func notJSON() {
    for bytes in [Data(), Data([0xFF, 0xFE]), Data("[]".utf8), Data("12".utf8), Data("{".utf8)] {
      #expect(throws: EditingError.self) { try Recipe(json: bytes) }
    }
  }

  @Test("A sheet is a value with a digest; every recipe is rendered once")
  func sheet() throws {
    let other = Recipe(network: network, base: .seed(1))
    let sheet = Sheet(
      title: "Before and after", rows: ["seed 85"], columns: ["a", "b", "c", "d"],
      cells: [[recipe, other, nil, recipe]], cell: 64)
    #expect(sheet.recipes == [recipe, other] && sheet.tensors == [direction])
    let json = try sheet.canonicalJSON()
    let read = try Sheet(json: json)
    #expect(read == sheet)
    #expect(try read.digest() == sheet.digest())
    for (cell, count) in [(0, 1), (-1, 1), (9000, 1), (8, 10_001)] {
      let bad = Sheet(cells: [Array(repeating: nil, count: count)], cell: cell)
      #expect(throws: EditingError.self) { try Sheet(json: bad.canonicalJSON()) }
    }
  }
}
