import Editing
import Foundation
import Imaging
import Networks
import TestSupport
import Tensors
import Testing

@Suite("Sessions on label maps")
struct SceneSessionTests {
  /// A small pix2pixHD network, two cars (26001, 26002) on a road (7) under the sky (23).
  struct Stand {
    let generator: any SceneGenerator
    let digest = Digest(of: Data("city".utf8))
    var content = MemoryContent()
    var recipe: Recipe
    let instances: IntegerMap

    init(_ options: [String: String] = [:], family: String = "Pix2PixHD") throws {
      let small = [
        "ngf": "2", "nef": "2", "n_downsample_global": "2", "n_blocks_global": "1",
        "crop_size": "64",
      ]
      let found = try #require(Scenes.families.first { $0.name == family })
      let network = try found.random(
        SceneOptions(small).overridden(by: SceneOptions(options)), seed: 3)
      generator = try Scenes.load(network)
      let (height, width) = family == "SPADE" ? (64, 64) : (32, 48)
      let ids: [Int32] = (0..<height * width).map { i in
        let (y, x) = (i / width, i % width)
        if y < height / 3 { return 23 }
        if y < height / 2, x > 4, x < 20 { return 26_001 }
        if y < height / 2, x > 24, x < 32 { return 26_002 }
        return 7
      }
      instances = IntegerMap(width: width, height: height, values: ids)
      let labels = instances.mapped { InstanceMap.labelID(of: $0) }
      recipe = Recipe(network: digest, base: family == "SPADE" ? .seed(1) : LatentSource(.mean))
      recipe.scene = Scene(labels: content.add(labels), instances: content.add(instances))
    }

    var renderer: SceneRenderer {
      SceneRenderer(generator: generator, network: digest, content: content)
    }

    /// The table of styles after the edits.
    func table() throws -> InstanceStyles { try renderer.table(renderer.plan(recipe)) }

    /// A stored table in which every instance has the vector (its id's last digit, 0.5, 0).
    mutating func encoding() -> Digest {
      content.add(
        InstanceStyles(
          instances.areas().map {
            InstanceStyles.Row(
              id: $0.value, label: InstanceMap.labelID(of: $0.value), share: Double($0.area),
              vector: [Float($0.value % 10) / 10, 0.5, 0])
          }
        ).tensor)
    }
  }

  @Test("An instance takes a stored style, a centre, another's style, a blend or a draw")
  func sources() throws {
    var stand = try Stand()
    let encoding = stand.encoding()
    stand.recipe.append(EncodeOperation(table: encoding))
    #expect(try stand.table()[26_001]?.vector == [0.1, 0.5, 0])
    let red = stand.content.add(Tensor([1, -1, 0.25], shape: [3]))
    let city = stand.content.add(StyleClusters([26: [[0.5, 0.5, 0.5], [0.25, 0, 0]]]).tensor)
    func vector(_ source: StyleSource) throws -> [Float]? {
      var copy = stand
      copy.recipe.append(StyleInstanceOperation(26_001, source: source))
      let table = try copy.table()
      #expect(table[26_002]?.vector == [0.2, 0.5, 0], "the other car stays as it is")
      #expect(table[7]?.vector == [0.7, 0.5, 0] && table[23]?.vector == [0.3, 0.5, 0])
      return table[26_001]?.vector
    }
    #expect(try vector(.stored(red)) == [1, -1, 0.25])
    #expect(try vector(.cluster(city, index: 1, label: nil)) == [0.25, 0, 0])
    #expect(try vector(.instance(26_002)) == [0.2, 0.5, 0])
    #expect(try vector(.blend(.instance(26_001), .stored(red), t: 0)) == [0.1, 0.5, 0])
    #expect(try vector(.blend(.instance(26_001), .stored(red), t: 1)) == [1, -1, 0.25])
    #expect(
      try vector(.blend(.stored(red), .cluster(city, index: 0, label: 26), t: 0.5))
        == [0.75, -0.25, 0.375])
    var random = RandomState(seed: 5)
    let index = random.integer(in: 0..<2)
    #expect(
      try vector(.draw(seed: 5, clusters: city)) == [[0.5, 0.5, 0.5], [0.25, 0, 0]][index])
    var free = RandomState(seed: 9)
    let drawn = (0..<3).map { _ in Float(free.uniform(-1, 1)) }
    #expect(try vector(.draw(seed: 9, clusters: nil)) == drawn)
    #expect(throws: EditingError.self) { try vector(.cluster(city, index: 2, label: nil)) }
    #expect(throws: EditingError.self) { try vector(.instance(26_003)) }
    #expect(throws: EditingError.self) { try vector(.stored(city)) }
  }

  @Test("A style changes what the network is given at the pixels of its instance alone")
  func pixels() throws {
    var stand = try Stand()
    let encoding = stand.encoding()
    stand.recipe.append(EncodeOperation(table: encoding))
    let before = try stand.table().painted(on: stand.instances)
    stand.recipe.append(
      StyleInstanceOperation(26_002, source: .draw(seed: 1, clusters: nil)))
    let after = try stand.table().painted(on: stand.instances)
    let (old, new) = (before.scalars, after.scalars), count = stand.instances.values.count
    let changed = old.indices.filter { old[$0] != new[$0] }
    #expect(!changed.isEmpty)
    #expect(changed.allSatisfy { stand.instances.values[$0 % count] == 26_002 })
    let picture = try stand.renderer.render(stand.recipe)
    #expect(try stand.renderer.render(stand.recipe).pixelDigest == picture.pixelDigest)
    stand.recipe.edits[1].isEnabled = false
    #expect(try stand.table().painted(on: stand.instances).bits == before.bits)
    #expect(try stand.renderer.render(stand.recipe).pixelDigest != picture.pixelDigest)
  }

  @Test("Styles go over to another picture by class, the largest first")
  func transfer() throws {
    var stand = try Stand()
    let other = stand.content.add(
      InstanceStyles([
        .init(id: 26_005, label: 26, share: 2, vector: [0.1, 0, 0]),
        .init(id: 26_009, label: 26, share: 9, vector: [0.9, 0, 0]),
        .init(id: 7, label: 7, share: 1, vector: [0, 0.7, 0]),
      ]).tensor)
    stand.recipe.append(TransferStylesOperation(table: other))
    let table = try stand.table()
    // 26001 is the larger car here.
    #expect(table[26_001]?.vector == [0.9, 0, 0] && table[26_002]?.vector == [0.1, 0, 0])
    #expect(table[7]?.vector == [0, 0.7, 0])
    #expect(table[23]?.vector == [0, 0, 0], "no style anywhere: zeros, as the official window")
  }

  @Test("A recipe with maps and styles survives its JSON, and repeats its picture")
  func json() throws {
    var stand = try Stand()
    let city = stand.content.add(StyleClusters([26: [[0.5, 0.5, 0.5]], 7: [[1, 0, 0]]]).tensor)
    let encoding = stand.encoding()
    stand.recipe.append(EncodeOperation(table: encoding, photo: Digest(of: Data())))
    stand.recipe.append(SampleStylesOperation(clusters: city, seed: 5))
    stand.recipe.append(
      StyleInstanceOperation(
        26_001, source: .blend(.instance(26_002), .draw(seed: 4, clusters: city), t: 0.25)))
    let copy = try Recipe(json: stand.recipe.canonicalJSON())
    #expect(copy == stand.recipe)
    #expect(try copy.digest() == stand.recipe.digest())
    #expect(Swift.Set(copy.tensors).contains(city) && copy.maps.count == 2)
    #expect(
      try stand.renderer.render(copy).pixelDigest
        == stand.renderer.render(stand.recipe).pixelDigest)
    // A quick look is smaller, and of the same plan.
    let preview = try stand.renderer.render(copy, preview: 24)
    #expect(preview.width == 24 && preview.height == 16)
  }

  @Test("A hold keeps the norms at the scene before it; the last one that is switched on counts")
  func hold() throws {
    var stand = try Stand()
    stand.recipe.append(EncodeOperation(table: stand.encoding()))
    let before = try stand.renderer.plan(stand.recipe)
    let paint = StyleInstanceOperation(26_002, source: .draw(seed: 1, clusters: nil))
    stand.recipe.append(paint)
    let free = try stand.renderer.synthesis(stand.renderer.plan(stand.recipe))
    stand.recipe.edits.insert(Edit(HoldOperation()), at: 1)
    let plan = try stand.renderer.plan(stand.recipe)
    func input(_ styles: SceneStyles) throws -> (SceneInput, SceneStyle) {
      let objects = stand.instances, maps = plan.maps
      return (
        SceneInput(
          height: maps.height, width: maps.width, labels: maps.labels.map.values,
          instances: objects.values),
        .features(styles.table(for: objects).painted(on: objects))
      )
    }
    let (maps, style) = try input(plan.styles)
    let expected = try stand.generator.synthesis(
      maps, style: style, holding: input(before.styles))
    let held = try stand.renderer.synthesis(plan)
    #expect(held.bits == expected.bits && held.bits != free.bits)
    let copy = try Recipe(json: stand.recipe.canonicalJSON())
    #expect(try stand.renderer.synthesis(stand.renderer.plan(copy)).bits == held.bits)
    #expect(try stand.renderer.render(copy, preview: 24).width == 24)
    // A hold after the change holds the change: the picture is the free one.
    stand.recipe.append(HoldOperation())
    let later = try stand.renderer.synthesis(stand.renderer.plan(stand.recipe))
    #expect(later.bits == free.bits)
    stand.recipe.edits[3].isEnabled = false
    #expect(try stand.renderer.synthesis(stand.renderer.plan(stand.recipe)).bits == held.bits)
    stand.recipe.edits[1].isEnabled = false
    #expect(try stand.renderer.synthesis(stand.renderer.plan(stand.recipe)).bits == free.bits)
  }

  @Test("SPADE's code is a seed, a stored code, or a point between two")
  func codes() throws {
    var stand = try Stand(
      ["use_vae": "True", "z_dim": "6", "label_nc": "30", "crop_size": "64"], family: "SPADE")
    var random = RandomState(seed: 1)
    let drawn = random.randn([1, 6])
    #expect(try stand.renderer.plan(stand.recipe).code?.bits == drawn.bits)
    let stored = stand.content.add(Tensor.sample([6]))
    stand.recipe.base = LatentSource(.latent(stored, .z))
    #expect(try stand.renderer.plan(stand.recipe).code?.bits == Tensor.sample([1, 6]).bits)
    stand.recipe.base = LatentSource(
      .between(.seed(1), LatentSource(.latent(stored, .z)), t: 0.25, .lerp))
    var first = RandomState(seed: 1)
    let expected = first.randn([1, 6]) * 0.75 + Tensor.sample([1, 6]) * 0.25
    let code = try #require(try stand.renderer.plan(stand.recipe).code)
    #expect(relativeError(code, expected) < 1e-6)
    stand.recipe.append(StyleInstanceOperation(7, source: .draw(seed: 1, clusters: nil)))
    #expect(throws: EditingError.self) { try stand.renderer.plan(stand.recipe) }
  }
}
