import Foundation
import Imaging
import Tensors
import TestSupport
import Testing

@Suite("Label and instance maps")
struct MapTests {
  @Test("are read from grey PNGs of 8 and 16 bits, number by number", arguments: ["8", "16"])
  func reading(bits: String) throws {
    let map = try IntegerMap(contentsOf: Samples.fixture("map-\(bits).png"))
    #expect(try [map] == MapSamples.read("map-\(bits)"))
  }

  @Test("come back from the PNG that they are written as")
  func roundTrip() throws {
    for name in ["map-8", "map-16"] {
      let map = try MapSamples.read(name)[0]
      for sixteenBits in [false, true] {
        let data = try map.pngData(sixteenBits: sixteenBits)
        #expect(try IntegerMap(pngData: data, named: name) == map)
        #expect(data[24] == (sixteenBits || name == "map-16" ? 16 : 8))
      }
    }
    let whole = IntegerMap(width: 256, height: 256, values: (0..<65536).map { Int32($0) })
    #expect(try IntegerMap(pngData: whole.pngData(), named: "whole") == whole)
  }

  @Test("of palette PNGs are refused unless indices are meant")
  func palettes() throws {
    let url = Samples.fixture("map-palette.png")
    let error = #expect(throws: ImagingError.self) { try IntegerMap(contentsOf: url) }
    #expect(error?.description.contains("palette PNG") == true)
    #expect(
      try [IntegerMap(contentsOf: url, palette: .indices)] == MapSamples.read("map-8"))
  }

  @Test(
    "are not read from pictures", arguments: ["map-grey-alpha", "type-rgb16", "type-rgba8"])
  func pictures(name: String) throws {
    let error = #expect(throws: ImagingError.self) {
      try IntegerMap(contentsOf: Samples.fixture("\(name).png"), palette: .indices)
    }
    guard case .notAMap = error else {
      Issue.record("\(String(describing: error))")
      return
    }
  }

  @Test("are not read from JPEGs")
  func photographs() throws {
    let error = #expect(throws: ImagingError.self) {
      try IntegerMap(pngData: Data([0xFF, 0xD8, 0xFF, 0xE0, 0, 16]), named: "photo.jpg")
    }
    #expect(error?.description.contains("it is a JPEG") == true)
  }

  @Test("of few bits are spread over 0 to 255, as Pillow reads them", arguments: [1, 2, 4])
  func fewBits(bits: Int) throws {
    let samples = try Samples.read("type-grey\(bits)")[0]
    for interlacing in ["", "-interlaced"] {
      let map = try IntegerMap(contentsOf: Samples.fixture("type-grey\(bits)\(interlacing).png"))
      #expect(map.values == samples.pixels.map { Int32($0) })
    }
  }

  @Test("keep all 16 bits of an interlaced file")
  func interlaced() throws {
    let plain = try IntegerMap(contentsOf: Samples.fixture("type-grey16.png"))
    let other = try IntegerMap(contentsOf: Samples.fixture("type-grey16-interlaced.png"))
    #expect(plain == other)
    #expect(plain.values.map { UInt8($0 >> 8) } == (try Samples.read("type-grey16")[0].pixels))
  }

  @Test("cut off anywhere are refused, and so are numbers that PNG cannot hold")
  func refusals() throws {
    let whole = try Data(contentsOf: Samples.fixture("map-16.png"))
    for length in 0..<whole.count {
      #expect(throws: ImagingError.self, "\(length) bytes") {
        try IntegerMap(pngData: whole.prefix(length), named: "cut")
      }
    }
    let large = IntegerMap(width: 1, height: 1, repeating: 65536)
    #expect(throws: ImagingError.self) { try large.pngData() }
  }

  @Test("are resized as Pillow and torch do", arguments: NearestRule.allCases)
  func resizing(rule: NearestRule) throws {
    let name = rule == .pillow ? "pillow" : "torch"
    let source = try MapSamples.read("map-16")[0]
    for expected in try MapSamples.read("map-\(name)") {
      let result = source.resized(width: expected.width, height: expected.height, rule: rule)
      #expect(result == expected, "\(expected.sizeText)")
    }
    let widths = [1000, 999, 2048, 641, 3, 1023, 49, 480]
    for (width, expected) in zip(widths, try MapSamples.read("map-rows-\(name)")) {
      let row = IntegerMap(width: width, height: 1, values: (0..<width).map { Int32($0) })
      #expect(row.resized(width: expected.width, height: 1, rule: rule) == expected, "\(width)")
    }
  }

  @Test("mark both sides of every border")
  func edges() throws {
    let map = InstanceMap(try MapSamples.read("map-16")[0])
    let expected = try MapSamples.read("map-edges")[0]
    #expect(map.edges().shape == [1, 1, 29, 37])
    #expect(map.edges().scalars == expected.values.map { Float($0) })
  }

  @Test("become one-hot channels, the unknown one last")
  func oneHot() throws {
    let labels = LabelMap(MapSamples.drawn("012\n.21"))
    let hot = try labels.oneHot(classes: 3)
    #expect(hot.shape == [1, 3, 2, 3])
    #expect(hot.scalars == [1, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 1, 0, 1, 0])
    let unknown = LabelMap(IntegerMap(width: 2, height: 1, values: [255, 1]))
    #expect(try unknown.oneHot(classes: 2, unknown: 255).scalars == [0, 0, 0, 1, 1, 0])
  }

  @Test("with a label that has no class are refused with its place")
  func strangeLabels() throws {
    let labels = LabelMap(MapSamples.drawn("012\n..5"))
    let error = #expect(throws: ImagingError.self) { try labels.oneHot(classes: 5) }
    #expect(error?.description.contains("label 5 at (2, 1)") == true)
    #expect(throws: ImagingError.self) { try labels.oneHot(classes: 5, unknown: 255) }
    #expect(throws: Never.self) { try labels.oneHot(classes: 5, unknown: 5) }
  }

  @Test("find separate objects where no instance map is given")
  func components() throws {
    let labels = LabelMap(MapSamples.drawn("22.22\n2..2.\n.2..1\n.2221"))
    let instances = try labels.instances(of: [2])
    #expect(
      instances.map.values == [
        2000, 2000, 0, 2001, 2001, 2000, 0, 0, 2001, 0, 0, 2002, 0, 0, 1, 0, 2002, 2002, 2002, 1,
      ])
    #expect(throws: ImagingError.self) { try labels.instances(of: [0]) }
    let dust = LabelMap(
      IntegerMap(width: 2002, height: 1, values: (0..<2002).map { Int32($0 % 2) }))
    #expect(throws: ImagingError.self) { try dust.instances(of: [1]) }
  }

  @Test("know their classes, free ids, areas and bounds")
  func facts() throws {
    #expect(InstanceMap.labelID(of: 26010) == 26)
    #expect(InstanceMap.labelID(of: 999) == 999)
    #expect(InstanceMap.labelID(of: 1000) == 1)
    let map = IntegerMap(width: 3, height: 2, values: [26000, 26001, 7, 26001, 26003, 7])
    #expect(InstanceMap(map).freeID(for: 26) == 26002)
    #expect(InstanceMap(map).freeID(for: 3) == 3000)
    #expect(map.areas().map(\.area) == [2, 1, 2, 1])
    #expect(map.distinctValues == [7, 26000, 26001, 26003])
    let bounds = map.bounds(of: 26001)
    #expect(bounds?.x == 0 && bounds?.y == 0 && bounds?.width == 2 && bounds?.height == 2)
    #expect(map.bounds(of: 8) == nil)
  }

  @Test("have a digest of size and numbers")
  func digests() {
    let map = IntegerMap(width: 2, height: 1, values: [1, 256])
    var bytes = Data("i32[1, 2]".utf8)
    bytes.append(contentsOf: [1, 0, 0, 0, 0, 1, 0, 0])
    #expect(map.digest == Digest(of: bytes))
    #expect(map.digest != IntegerMap(width: 1, height: 2, values: [1, 256]).digest)
  }
}

@Suite(
  "Maps of real streets",
  .enabled(if: ReferenceData.shared != nil, Comment(rawValue: ReferenceData.sharedIsMissing)))
struct StreetMapTests {
  @Test("agree: the class in every id is the label")
  func cityscapes() throws {
    let folder = try ReferenceData.shared("data/labelmaps/cityscapes")
    for city in ["aachen_000000_000019", "frankfurt_000001_054640"] {
      let labels = try IntegerMap(
        contentsOf: folder.appendingPathComponent("label/\(city)_gtFine_labelIds.png"))
      let ids = try IntegerMap(
        contentsOf: folder.appendingPathComponent("inst/\(city)_gtFine_instanceIds.png"))
      #expect(labels.width == 2048 && ids.height == 1024)
      #expect(ids.maximum > 255)
      let classes = ids.mapped { InstanceMap.labelID(of: $0) }
      #expect(classes == labels)
      #expect(try LabelMap(labels).oneHot(classes: 35).shape == [1, 35, 1024, 2048])
      #expect(try IntegerMap(pngData: ids.pngData(), named: city) == ids)
    }
  }
}
