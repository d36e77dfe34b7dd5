import Foundation
import Imaging
import Testing

@Suite("Palettes")
struct PaletteTests {
  @Test("know the classes of the data sets")
  func known() throws {
    #expect(Palette.cityscapes.entries.count == 34)
    #expect(Palette.cityscapes[26]?.name == "car")
    #expect(Palette.cityscapes[26]?.colour == [0, 0, 142])
    #expect(Palette.cityscapes.things == Set(24...33))
    #expect(Palette.cityscapesTrain.entries.count == 20)
    #expect(Palette.cityscapesTrain[13]?.name == "car")
    #expect(Palette.cityscapesTrainID(of: 7) == 0)
    #expect(Palette.cityscapesTrainID(of: 29) == 255)
    #expect(Palette.cocoStuff.entries.count == 183)
    #expect(Palette.cocoStuff[0]?.name == "person")
    #expect(Palette.cocoStuff[71]?.name == "tv")
    #expect(Palette.cocoStuff[181]?.name == "wood")
    #expect(Palette.ade20k.entries.count == 151)
    #expect(Palette.ade20k[1]?.name == "wall")
    #expect(Palette.ade20k[1]?.colour == [120, 120, 120])
    #expect(Palette.ade20k[150]?.name == "flag")
    #expect(Palette.ade20k[150]?.colour == [92, 0, 255])
    #expect(Palette.street[6]?.name == "car" && Palette.street.things == [6])
    #expect(Palette.portrait[12]?.name == "glasses" && Palette.portrait.things.isEmpty)
    for palette in Palette.all {
      #expect(palette.entries.allSatisfy { !$0.name.isEmpty })
      #expect(try Palette.named(palette.name) == palette)
    }
  }

  @Test("give colours to the numbers as PASCAL VOC's map does")
  func colours() {
    // VOC's second to fourth colours and its seventeenth.
    let expected: [[UInt8]] = [[128, 0, 0], [0, 128, 0], [128, 128, 0]]
    #expect((0..<3).map { Palette.cocoStuff[$0]?.colour } == expected)
    #expect(Palette.cocoStuff[15]?.colour == [0, 64, 0])
  }

  @Test("find classes by number and by name")
  func lookup() throws {
    #expect(try Palette.cityscapes.id(of: "Traffic Light") == 19)
    #expect(try Palette.cityscapes.id(of: "26") == 26)
    let error = #expect(throws: ImagingError.self) { try Palette.cityscapes.id(of: "light") }
    #expect(error?.description.contains("traffic light") == true)
    #expect(throws: ImagingError.self) { try Palette.named("mapillary") }
  }

  @Test("turn labels into colours and colours back into labels", arguments: Palette.all)
  func roundTrip(palette: Palette) throws {
    // Of classes that share a colour the first comes back.
    var seen = Set<[UInt8]>()
    let ids = palette.entries.filter { seen.insert($0.colour).inserted }.map(\.id)
    let labels = LabelMap(IntegerMap(width: ids.count, height: 1, values: ids))
    let image = palette.image(of: labels)
    #expect(try palette.labels(of: image, named: "map") == labels)
    var spoilt = image
    spoilt.pixels[7] ^= 1
    let error = #expect(throws: ImagingError.self) { try palette.labels(of: spoilt, named: "map") }
    #expect(error?.description.contains("at (2, 0)") == true)
  }

  @Test("draw the borders of objects in white")
  func borders() {
    let labels = LabelMap(IntegerMap(width: 3, height: 1, values: [26, 26, 26]))
    let instances = InstanceMap(IntegerMap(width: 3, height: 1, values: [26000, 26000, 26001]))
    let image = Palette.cityscapes.image(of: labels, instances: instances)
    #expect(image.pixels == [0, 0, 142, 255, 255, 255, 255, 255, 255])
  }

  @Test("of one's own are read from JSON")
  func own() throws {
    let json = """
      {"name":"mine","classes":[{"id":0,"name":"sky","colour":"#4682b4"},
       {"id":1,"name":"car","objects":true}]}
      """
    let palette = try Palette(json: Data(json.utf8), named: "mine.json")
    #expect(palette[0]?.colour == [0x46, 0x82, 0xB4])
    #expect(palette[1]?.colour == [0, 128, 0])
    #expect(palette.things == [1])
    #expect(try Palette(json: palette.json(), named: "again") == palette)
    for bad in [
      "[]", #"{"name":"x","classes":[]}"#,
      #"{"name":"x","classes":[{"id":-1,"name":"a"}]}"#,
      #"{"name":"x","classes":[{"id":1,"name":"a"},{"id":1,"name":"b"}]}"#,
      #"{"name":"x","classes":[{"id":1,"name":"a","colour":"red"}]}"#,
    ] {
      #expect(throws: ImagingError.self, "\(bad)") {
        try Palette(json: Data(bad.utf8), named: "bad")
      }
    }
  }
}
