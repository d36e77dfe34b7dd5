import Checkpoints
import Editing
import Foundation
import Imaging
import Networks
import TestSupport
import Tensors
import Testing

@Suite("Regions with latents of their own")
struct RegionTests {
  static let network = Digest(of: Data("a network".utf8))

  static func region(
    _ form: MaskShape.Form, seed: UInt32 = 821, label: ClassLabel? = nil, layers: String,
    weight: Float = 1, feather: Double = 0
  ) throws -> RegionOperation {
    RegionOperation(
      name: "eyes", mask: [try MaskShape(form)], source: .seed(seed, label: label),
      layers: try LayerSet(parsing: layers), weight: weight, feather: feather)
  }

  static func recipe(_ operations: any EditOperation..., label: ClassLabel? = nil) -> Recipe {
    Recipe(network: network, base: .seed(85, label: label), edits: operations.map { Edit($0) })
  }

  @Test("Inside the mask the chosen layers read the other latent, outside their own")
  func byHand() throws {
    let generator = SmallGenerator()
    let renderer = Renderer(generator: generator, network: Self.network)
    // Pixel row r is what layer r writes: rows 1 to 3 take part, in columns 2 to 4.
    let operation = try Self.region(
      .rectangle(x: 1 / 3, y: 0, width: 0.5, height: 1), layers: "1-3", weight: 0.5)
    let picture = try renderer.picture(renderer.plan(Self.recipe(operation)))
    let own = generator.latent(seed: 85), other = generator.latent(seed: 821)
    for c in 0..<3 {
      for y in 0..<6 {
        for x in 0..<6 {
          let isIn = (1...3).contains(y) && (2...4).contains(x)
          let expected = isIn ? 0.5 * own[y, c] + 0.5 * other[y, c] : own[y, c]
          #expect(picture[0, c, y, x] == expected)
        }
      }
    }
  }

  @Test("Later regions lie over earlier ones, and edits before them apply to both")
  func several() throws {
    let generator = SmallGenerator()
    let renderer = Renderer(generator: generator, network: Self.network)
    let picture = try renderer.picture(
      renderer.plan(
        Self.recipe(
          try Self.region(.rectangle(x: 0, y: 0, width: 0.5, height: 1), seed: 1, layers: "all"),
          MixOperation(with: .seed(4), layers: try LayerSet(parsing: "0-2")),
          try Self.region(
            .rectangle(x: 1 / 3, y: 0, width: 0.5, height: 1), seed: 2, layers: "2-4"))))
    let seeds: [UInt32: Tensor] = [1, 2, 4, 85].reduce(into: [:]) {
      $0[$1] = generator.latent(seed: $1)
    }
    for y in 0..<6 {
      for x in 0..<6 {
        let seed: UInt32 =
          (2...4).contains(x) && (2...4).contains(y) ? 2 : x < 3 ? 1 : y <= 2 ? 4 : 85
        #expect(picture[0, 1, y, x] == seeds[seed]?[y, 1], "(\(x), \(y))")
      }
    }
  }

  /// Small networks of every family that has fixtures, with rows of W+ to mix.
  static let networks = [
    ("commands/small.pkl", ["all", "3-6", "0-1", "9"]),
    ("networks/sg3_t/network-snapshot-000500.pkl", ["all", "0", "4-13", "15"]),
    ("networks/sg1_small/network-final.pkl", ["all", "0-1", "2-3"]),
    ("networks/progan_fused/network-final.pkl", ["all"]),
  ]

  static func generator(_ fixture: String) throws -> any Generator {
    try Generators.load(Checkpoint(contentsOf: ReferenceData.fixture(fixture)))
  }

  @Test("A region over everything is style mixing, to the bit", arguments: networks)
  func everything(fixture: String, ranges: [String]) throws {
    let renderer = Renderer(generator: try Self.generator(fixture), network: Self.network)
    let label = renderer.generator.size.classes > 0 ? ClassLabel(1) : nil
    let whole = MaskShape.Form.rectangle(x: 0, y: 0, width: 1, height: 1)
    for layers in ranges {
      let region = try Self.region(whole, label: label, layers: layers, feather: 0.3)
      let mixed = MixOperation(
        with: .seed(821, label: label), layers: try LayerSet(parsing: layers))
      let a = Self.recipe(region, label: label), b = Self.recipe(mixed, label: label)
      let (picture, expected) = (try renderer.plan(a), try renderer.plan(b))
      #expect(renderer.picture(picture).bits == renderer.picture(expected).bits, "\(layers)")
      var disabled = a
      disabled.edits[0].isEnabled = false
      let plain = try renderer.plan(Self.recipe(label: label))
      #expect(try renderer.picture(renderer.plan(disabled)).bits == renderer.picture(plain).bits)
    }
  }

  @Test(
    "A region on the left changes the left alone, where the last layer alone takes part",
    arguments: networks.prefix(2))
  func side(fixture: String, ranges: [String]) throws {
    let renderer = Renderer(generator: try Self.generator(fixture), network: Self.network)
    let before = try renderer.picture(renderer.plan(Self.recipe()))
    let left = MaskShape.Form.rectangle(x: 0, y: 0, width: 0.25, height: 1)
    let plan = try renderer.plan(Self.recipe(Self.region(left, layers: ranges[3])))
    let after = try renderer.picture(plan), side = before.shape[-1]
    for x in 0..<side {
      let isChanged = (0..<side).contains { after[0, 0, $0, x] != before[0, 0, $0, x] }
      #expect(isChanged == (x < side / 4), "column \(x)")
    }
  }

  static func small() throws -> any Generator { try generator("commands/small.pkl") }

  /// The columns of the picture that a change of features may reach, layer by layer. In bits a
  /// convolution reaches whole tiles: Winograd's algorithm makes four outputs of six inputs.
  struct Halo {
    /// Changed columns of the features and of the picture so far, both ends included.
    var features: ClosedRange<Int>?
    var image: ClosedRange<Int>?

    /// A convolution of kernel 3: a pixel to either side, in tiles of 4.
    mutating func convolve() {
      features = features.map {
        ($0.lowerBound - 1 + 4) / 4 * 4 - 4...($0.upperBound + 1) / 4 * 4 + 3
      }
    }
    /// A ×2 up-convolution: tiles of 4 inputs, and a filter of 4 taps after it.
    mutating func upConvolve() {
      features = features.map {
        ($0.lowerBound - 1 + 4) / 4 * 8 - 8 - 2...$0.upperBound / 4 * 8 + 16
      }
    }
    /// The picture's ×2 filter of 4 taps: from 2a − 1 to 2b + 2.
    mutating func upsample() {
      image = image.map { $0.lowerBound * 2 - 1...$0.upperBound * 2 + 2 }
    }

    static func join(_ a: ClosedRange<Int>?, _ b: ClosedRange<Int>?) -> ClosedRange<Int>? {
      guard let a, let b else { return a ?? b }
      return min(a.lowerBound, b.lowerBound)...max(a.upperBound, b.upperBound)
    }
  }

  @Test(
    "Outside the halo every byte stays",
    arguments: ["6-7", "7-9", "8-9", "5-6", "9", "6"], [0, 0.1])
  func halo(layers: String, feather: Double) throws {
    let generator = try Self.small()
    let renderer = Renderer(generator: generator, network: Self.network)
    let before = try renderer.render(Self.recipe())
    // Columns and rows 28 to 35 of 64.
    let operation = try Self.region(
      .rectangle(x: 28 / 64, y: 28 / 64, width: 8 / 64, height: 8 / 64), layers: layers,
      feather: feather)
    let after = try renderer.render(Self.recipe(operation))
    let rows = Set(try LayerSet(parsing: layers).indices(count: 10))
    // The mask's weight is above 0 in columns whose distance to 28…35 is below (feather + 1) / 2.
    let reach = feather == 0 ? 0 : Int(((feather * 64 + 1) / 2).rounded(.up)) - 1
    var halo = Halo()
    for layer in generator.layers {
      defer {
        halo.features = halo.features?.clamped(to: 0...layer.resolution - 1)
        halo.image = halo.image?.clamped(to: 0...layer.resolution - 1)
      }
      let cell = 64 / layer.resolution
      let mask = (28 - reach) / cell...(35 + reach) / cell
      switch layer.kind {
      case .toRGB:
        halo.upsample()
        halo.image = Halo.join(halo.image, halo.features)
        if rows.contains(layer.row) { halo.image = Halo.join(halo.image, mask) }
      default:
        if layer.name.hasSuffix("conv0") { halo.upConvolve() } else { halo.convolve() }
        if rows.contains(layer.row) { halo.features = Halo.join(halo.features, mask) }
      }
    }
    let expected = try #require(halo.image).clamped(to: 0...63)
    let changed = (0..<64).filter { x in
      (0..<64).contains { y in
        let samples = (y * 64 + x) * 3..<(y * 64 + x) * 3 + 3
        return before.pixels[samples] != after.pixels[samples]
      }
    }
    let first = try #require(changed.first), last = try #require(changed.last)
    #expect(expected.contains(first) && expected.contains(last), "\(changed) outside \(expected)")
    #expect(first <= 31 && last >= 32)
    if layers == "9" { #expect(first >= 28 - reach && last <= 35 + reach) }
  }

  @Test("With a cache, regions are painted into the picture at hand, to the byte")
  func cached() throws {
    let generator = try Self.small()
    let plain = Renderer(generator: generator, network: Self.network)
    let cached = Renderer(
      generator: generator, network: Self.network, cache: ActivationCache())
    let corner = MaskShape.Form.rectangle(x: 0.8, y: 0.7, width: 0.2, height: 0.3)
    let middle = MaskShape.Form.ellipse(x: 0.5, y: 0.5, rx: 0.1, ry: 0.05)
    for recipe in try [
      Self.recipe(), Self.recipe(Self.region(corner, layers: "6-9")),
      // The first without a picture at hand, then with one, and another latent and mask.
      Self.recipe(Self.region(middle, layers: "8-9")),
      Self.recipe(
        Self.region(corner, layers: "6-9"), Self.region(middle, seed: 3, layers: "7")),
      Self.recipe(
        Self.region(corner, layers: "6-9"),
        Self.region(middle, seed: 4, layers: "8-9", feather: 0.1)),
      Self.recipe(
        Self.region(middle, layers: "all"), Self.region(corner, seed: 4, layers: "3")),
    ] {
      #expect(try cached.render(recipe) == plain.render(recipe))
      let pictures = Array(try cached.progressive(recipe, sides: []))
      #expect(try pictures == [plain.render(recipe)])
    }
    let table = try (0..<6).map {
      Self.recipe(
        try Self.region(corner, seed: UInt32($0 / 3), layers: "5-9"),
        try Self.region(middle, seed: UInt32($0 % 3), layers: "8-9"))
    }
    let fresh = Renderer(generator: generator, network: Self.network, cache: ActivationCache())
    for item in try RenderOrder(table, renderer: fresh).items {
      #expect(try fresh.render(item) == plain.render(item.recipe))
    }
  }

  @Test("StyleGAN3's margins are not part of the picture")
  func margins() throws {
    let checkpoint = try Checkpoint(
      contentsOf: ReferenceData.fixture("networks/sg3_t/network-snapshot-000500.pkl"))
    let generator = try Generators.load(checkpoint)
    for layer in generator.layers.dropLast(2) { #expect(layer.margin == 10) }
    for layer in generator.layers.suffix(2) { #expect(layer.margin == 0) }
  }

  @Test("What makes no region is refused")
  func refusals() throws {
    let renderer = Renderer(generator: SmallGenerator(), network: Self.network)
    let whole = MaskShape.Form.rectangle(x: 0, y: 0, width: 1, height: 1)
    for operation in [
      try Self.region(whole, layers: "2-6"), try Self.region(whole, layers: "all", feather: 1.5),
      try Self.region(whole, layers: "all", feather: -.infinity),
      try Self.region(.rectangle(x: 1.2, y: 0, width: 1, height: 1), layers: "all"),
    ] {
      #expect(throws: EditingError.self) { try renderer.plan(Self.recipe(operation)) }
    }
    let stored = try Self.region(.map(Self.network, values: nil), layers: "all")
    #expect(stored.maps == [Self.network])
    #expect(throws: EditingError.self) { try renderer.plan(Self.recipe(stored)) }
  }

  @Test("A region comes back from its canonical JSON")
  func json() throws {
    let operation = try Self.region(
      .ellipse(x: 0.5, y: 0.48, rx: 0.22, ry: 0.07), layers: "4-13", feather: 0.1)
    let data = try Self.recipe(operation).canonicalJSON()
    #expect(try Recipe(json: data) == Self.recipe(operation))
    #expect(
      String(decoding: data, as: UTF8.self).contains(
        #"{"enabled":true,"feather":0.1,"kind":"region","layers":"4-13","#
          + #""mask":[{"ellipse":[0.5,0.48,0.22,0.07]}],"name":"eyes","source":{"seed":821},"#
          + #""version":1,"weight":1}"#))
  }
}
