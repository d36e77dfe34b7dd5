import Editing
import Foundation
import Imaging
import Tensors
import Testing

@Suite("Edits of maps")
struct MapOperationTests {
  /// Maps drawn with characters: digits are classes; of things (3 and up) letters in the second
  /// drawing number the objects.
  static func maps(_ labels: String, _ ids: [Character: Int32]? = nil, _ objects: String? = nil)
    throws -> SceneMaps
  {
    func grid(_ text: String, _ value: (Character) -> Int32) -> IntegerMap {
      let rows = text.split(separator: "\n").map { $0.map(value) }
      return IntegerMap(width: rows[0].count, height: rows.count, values: Array(rows.joined()))
    }
    return try SceneMaps(
      labels: LabelMap(grid(labels) { Int32(String($0)) ?? 0 }),
      instances: objects.map { text in
        InstanceMap(grid(text) { ids?[$0] ?? Int32(String($0)) ?? 0 })
      })
  }

  static let ids: [Character: Int32] = ["a": 3000, "b": 3001, "c": 4000, "n": 3002]

  /// A street: sky 1, road 2, cars 3.
  static func street() throws -> SceneMaps {
    try maps(
      """
      111111
      133111
      133233
      222233
      """, ids,
      """
      111111
      1aa111
      1aa2bb
      2222bb
      """)
  }

  static func apply(
    _ operation: some MapOperation, to maps: SceneMaps, content: MemoryContent = MemoryContent()
  ) throws -> SceneMaps {
    var maps = maps
    try operation.apply(to: &maps, content: content)
    return maps
  }

  @Test("paint classes and objects")
  func paint() throws {
    let shape = try MaskShape(.rectangle(x: 0, y: 0, width: 2, height: 1))
    let painted = try Self.apply(PaintOperation([shape], label: 4), to: Self.street())
    #expect(painted.labels.map.values.prefix(3) == [4, 4, 1])
    #expect(painted.objects.values.prefix(3) == [4, 4, 1])
    let new = try Self.apply(PaintOperation([shape], label: 3, instance: .new), to: Self.street())
    #expect(new.objects.values.prefix(3) == [3002, 3002, 1])
    let given = try Self.apply(
      PaintOperation([shape], label: 3, instance: .id(3000)), to: Self.street())
    #expect(given.objects.values.prefix(3) == [3000, 3000, 1])
    let outside = try MaskShape(.rectangle(x: 90, y: 0, width: 2, height: 1))
    #expect(throws: EditingError.self) {
      try Self.apply(PaintOperation([outside], label: 4), to: Self.street())
    }
  }

  @Test("fill the connected piece of one object")
  func fill() throws {
    let filled = try Self.apply(FillOperation(x: 3, y: 2, label: 5), to: Self.street())
    #expect(
      try filled.labels
        == Self.maps(
          """
          111111
          133111
          133533
          555533
          """
        ).labels)
    // Without instances the classes are the objects, and pieces that touch at corners stay apart.
    let plain = try Self.maps("121\n212")
    let corner = try Self.apply(FillOperation(x: 1, y: 0, label: 7), to: plain)
    #expect(corner.labels.map.values == [1, 7, 1, 2, 1, 2])
    #expect(throws: EditingError.self) {
      try Self.apply(FillOperation(x: 6, y: 0, label: 5), to: Self.street())
    }
  }

  @Test("make an object one of another class")
  func relabel() throws {
    let relabelled = try Self.apply(RelabelOperation(object: 3000, label: 4), to: Self.street())
    #expect(relabelled.objects.values[7] == 4000)
    #expect(relabelled.labels.map.values[7] == 4)
    #expect(relabelled.objects.values[16] == 3001)
    let road = try Self.apply(RelabelOperation(object: 2, label: 1), to: Self.street())
    #expect(road.objects.values[15] == 1)
    #expect(throws: EditingError.self) {
      try Self.apply(RelabelOperation(object: 3007, label: 4), to: Self.street())
    }
  }

  @Test("move an object, and the nearest pixels take its place")
  func move() throws {
    let moved = try Self.apply(
      MoveObjectOperation(object: 3000, dx: 2, dy: -1), to: Self.street())
    // (1, 2) is as near to the sky on its left as to the road below: raster order takes the sky.
    #expect(
      moved
        == (try Self.maps(
          """
          111331
          111331
          112233
          222233
          """, Self.ids,
          """
          111aa1
          111aa1
          1122bb
          2222bb
          """)))
    let filled = try Self.apply(
      MoveObjectOperation(object: 3000, dx: -1, dy: 0, fill: .label(9)), to: Self.street())
    #expect(filled.labels.map.values[6..<9] == [3, 3, 9])
    #expect(filled.objects.values[6..<9] == [3000, 3000, 9])
    #expect(throws: EditingError.self) {
      try Self.apply(MoveObjectOperation(object: 3000, dx: .max, dy: .min), to: Self.street())
    }
  }

  @Test("copy, delete and swap objects")
  func others() throws {
    let copied = try Self.apply(CopyObjectOperation(object: 3001, dx: 0, dy: -2), to: Self.street())
    #expect(copied.objects.values[4] == 3002)
    #expect(copied.objects.values[16] == 3001)
    let lost = try Self.apply(CopyObjectOperation(object: 3001, dx: 1, dy: 0), to: Self.street())
    #expect(lost.objects.values.count { $0 == 3002 } == 2)
    let deleted = try Self.apply(DeleteObjectOperation(object: 3001), to: Self.street())
    #expect(deleted.objects.values[16...17] == [1, 1])
    #expect(deleted.objects.values[22...23] == [2, 1])
    let swapped = try Self.apply(SwapObjectsOperation(object: 3000, other: 2), to: Self.street())
    #expect(swapped.labels.map.values[7] == 2 && swapped.objects.values[7] == 2)
    #expect(swapped.labels.map.values[15] == 3 && swapped.objects.values[15] == 3000)
    let whole = try Self.maps("11\n11")
    #expect(throws: EditingError.self) {
      try Self.apply(DeleteObjectOperation(object: 1), to: whole)
    }
  }

  @Test("fill holes as the search of all pixels does", arguments: 0..<12)
  func nearest(seed: UInt64) throws {
    var random = SmallRandom(state: seed)
    let (width, height) = (13, 9)
    let values = (0..<width * height).map { _ in Int32(random.next() % 3) }
    guard Set(values).count == 3 else { return }
    let maps = try SceneMaps(
      labels: LabelMap(IntegerMap(width: width, height: height, values: values)))
    let deleted = try Self.apply(DeleteObjectOperation(object: 0), to: maps)
    for index in values.indices {
      let (x, y) = (index % width, index / width)
      let best = values.indices.filter { values[$0] != 0 }.min { a, b in
        func distance(_ i: Int) -> Int {
          let (dx, dy) = (i % width - x, i / width - y)
          return dx * dx + dy * dy
        }
        return (distance(a), a) < (distance(b), b)
      }
      #expect(deleted.labels.map.values[index] == values[best ?? 0])
    }
  }

  @Test("add an object by its outline, and import other maps")
  func stored() throws {
    var content = MemoryContent()
    let mask = content.add(IntegerMap(width: 2, height: 2, values: [0, 255, 255, 255]))
    let added = try Self.apply(
      AddObjectOperation(mask: mask, x: 5, y: 0, label: 3), to: Self.street(), content: content)
    #expect(added.objects.values[5] == 1)
    #expect(added.objects.values[11] == 3002)
    #expect(throws: EditingError.self) {
      try Self.apply(
        AddObjectOperation(mask: mask, x: 6, y: 0, label: 3), to: Self.street(), content: content)
    }
    let other = try Self.maps("777777\n777777\n777777\n777777")
    let labels = content.add(other.labels.map)
    let imported = try Self.apply(
      ImportMapsOperation(labels: labels), to: Self.street(), content: content)
    #expect(imported == other)
    let small = content.add(IntegerMap(width: 2, height: 4, repeating: 0))
    let error = #expect(throws: EditingError.self) {
      try Self.apply(ImportMapsOperation(labels: small), to: Self.street(), content: content)
    }
    #expect(error?.description.contains("2×4") == true)
    #expect(throws: EditingError.self) {
      try Self.apply(
        ImportMapsOperation(labels: labels, instances: small), to: Self.street(), content: content)
    }
  }

  @Test("stand in recipes, can be switched off, and need maps")
  func recipes() throws {
    var content = MemoryContent()
    let street = try Self.street()
    let labels = content.add(street.labels.map)
    let instances = content.add(street.objects)
    var recipe = Recipe(network: Digest(of: Data()), base: .seed(1))
    recipe.append(RelabelOperation(object: 3000, label: 4))
    #expect(throws: EditingError.self) { try content.scene(of: recipe) }
    recipe.scene = Scene(labels: labels, instances: instances, palette: "cityscapes")
    recipe.append(DeleteObjectOperation(object: 4000, fill: .label(1)))
    #expect(try content.scene(of: recipe)?.objects.values[7] == 1)
    recipe.edits[0].isEnabled = false
    #expect(throws: EditingError.self) { try content.scene(of: recipe) }
    recipe.edits[1].isEnabled = false
    #expect(try content.scene(of: recipe) == street)
    #expect(recipe.maps == [labels, instances])
    let again = try Recipe(json: recipe.canonicalJSON())
    #expect(again == recipe)
    #expect(try again.canonicalJSON() == recipe.canonicalJSON())
    // Recipes without maps are written as they always were.
    let plain = Recipe(network: Digest(of: Data()), base: .seed(1))
    #expect(!String(decoding: try plain.canonicalJSON(), as: UTF8.self).contains("scene"))
  }

  @Test("come back from their canonical JSON")
  func json() throws {
    let digest = Digest(of: Data())
    let operations: [any MapOperation] = [
      PaintOperation(
        [try MaskShape(.brush([.init(1, 2)], radius: 3))], label: 4, instance: .id(4001)),
      FillOperation(x: 1, y: 2, label: 3, instance: .new),
      RelabelOperation(object: 3000, label: 4),
      MoveObjectOperation(object: 3000, dx: -1, dy: 2, fill: .label(7)),
      CopyObjectOperation(object: 3000, dx: -1, dy: 2), DeleteObjectOperation(object: 3000),
      AddObjectOperation(mask: digest, x: 1, y: 2, label: 3),
      SwapObjectsOperation(object: 1, other: 2),
      ImportMapsOperation(labels: digest, instances: digest),
    ]
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    for operation in operations {
      let data = try encoder.encode(Edit(operation))
      #expect(try JSONDecoder().decode(Edit.self, from: data) == Edit(operation))
      #expect(!operation.summary(\.short).isEmpty)
    }
    #expect(
      String(decoding: try encoder.encode(Edit(operations[3])), as: UTF8.self)
        == #"{"dx":-1,"dy":2,"enabled":true,"fill":7,"kind":"map-move","object":3000,"version":1}"#)
  }
}

/// A small linear congruential generator.
struct SmallRandom {
  var state: UInt64

  mutating func next() -> UInt64 {
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    return state >> 33
  }
}
