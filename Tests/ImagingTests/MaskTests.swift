import Foundation
import Imaging
import Tensors
import Testing

@Suite("Masks")
struct MaskTests {
  /// A mask as text: a hash is in.
  static func drawn(_ mask: Mask) -> String {
    (0..<mask.height).map { y in
      (0..<mask.width).map { mask.isIn[y * mask.width + $0] ? "#" : "." }.joined()
    }.joined(separator: "\n")
  }

  static func mask(
    _ forms: MaskShape.Form..., width: Int = 8, height: Int = 6, unit: Mask.Unit = .pixels
  ) throws -> Mask {
    try Mask(
      forms.map { try MaskShape($0) }, width: width, height: height, unit: unit,
      map: { _ in throw CocoaError(.fileNoSuchFile) })
  }

  @Test("of rectangles hold the pixels whose centres lie in them, left and upper edge included")
  func rectangles() throws {
    let mask = try Self.mask(.rectangle(x: 2, y: 1, width: 3, height: 2))
    #expect(
      Self.drawn(mask) == """
        ........
        ..###...
        ..###...
        ........
        ........
        ........
        """)
    // Centres at 2.5 and 4.5: the first edge takes one, the second leaves the other.
    let half = try Self.mask(.rectangle(x: 2.5, y: -9, width: 2, height: 10.5))
    #expect(
      Self.drawn(half) == """
        ..##....
        ........
        ........
        ........
        ........
        ........
        """)
  }

  @Test("of ellipses, strokes and polygons follow their formulas", arguments: 0..<40)
  func formulas(seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    func number(_ range: ClosedRange<Double>) -> Double { .random(in: range, using: &random) }
    let (width, height) = (23, 17)
    let corners = (0..<3).map { _ in MaskShape.Point(number(-5...28), number(-5...22)) }
    let (x, y, rx, ry) = (number(0...23), number(0...17), number(0.3...12), number(0.3...9))
    let radius = number(0.2...4)
    // A triangle's inside by the signs of its three half planes.
    func side(_ a: MaskShape.Point, _ b: MaskShape.Point, _ px: Double, _ py: Double) -> Bool {
      (b.x - a.x) * (py - a.y) - (b.y - a.y) * (px - a.x) > 0
    }
    func distance(_ a: MaskShape.Point, _ b: MaskShape.Point, _ px: Double, _ py: Double) -> Double
    {
      let length = hypot(b.x - a.x, b.y - a.y)
      let along = ((px - a.x) * (b.x - a.x) + (py - a.y) * (b.y - a.y)) / length
      if along <= 0 { return hypot(px - a.x, py - a.y) }
      if along >= length { return hypot(px - b.x, py - b.y) }
      return abs((b.x - a.x) * (py - a.y) - (b.y - a.y) * (px - a.x)) / length
    }
    let shapes: [(MaskShape.Form, (Double, Double) -> Bool)] = [
      (
        .ellipse(x: x, y: y, rx: rx, ry: ry),
        { pow(($0 - x) / rx, 2) + pow(($1 - y) / ry, 2) <= 1 }
      ),
      (
        .polygon(corners),
        { px, py in
          let sides = (0..<3).map { side(corners[$0], corners[($0 + 1) % 3], px, py) }
          return sides.allSatisfy { $0 == sides[0] }
        }
      ),
      (
        .brush(corners, radius: radius),
        { px, py in
          min(distance(corners[0], corners[1], px, py), distance(corners[1], corners[2], px, py))
            <= radius
        }
      ),
    ]
    for (form, contains) in shapes {
      let mask = try Self.mask(form, width: width, height: height)
      let expected = (0..<width * height).map {
        contains(Double($0 % width) + 0.5, Double($0 / width) + 0.5)
      }
      #expect(mask.isIn == expected, "\(form)")
    }
  }

  @Test("of polygons that share an edge neither overlap nor leave a gap")
  func sharedEdges() throws {
    let (a, b) = (MaskShape.Point(1.3, 0), MaskShape.Point(6.1, 6))
    let left = try Self.mask(.polygon([.init(0, 0), a, b, .init(0, 6)]))
    let right = try Self.mask(.polygon([a, .init(8, 0), .init(8, 6), b]))
    #expect(zip(left.isIn, right.isIn).allSatisfy { $0 != $1 })
  }

  @Test("can be given in widths and heights of the picture")
  func fractions() throws {
    let a = try Self.mask(.ellipse(x: 0.5, y: 0.5, rx: 0.25, ry: 0.3), unit: .picture)
    #expect(try a == Self.mask(.ellipse(x: 4, y: 3, rx: 2, ry: 1.8)))
    let b = try Self.mask(.brush([.init(0.5, 0.5)], radius: 0.25), unit: .picture)
    #expect(try b == Self.mask(.brush([.init(4, 3)], radius: 2)))
  }

  @Test("add and take away shapes in order, and take stored maps")
  func combination() throws {
    let stored = IntegerMap(width: 2, height: 1, values: [7, 9])
    let shapes = [
      try MaskShape(.map(stored.digest, values: [9])),
      try MaskShape(.rectangle(x: 5, y: 0, width: 2, height: 6), isRemoved: true),
      try MaskShape(.rectangle(x: 0, y: 5, width: 1, height: 1)),
    ]
    let mask = try Mask(shapes, width: 8, height: 6, unit: .pixels) { digest in
      #expect(digest == stored.digest)
      return stored
    }
    #expect(
      Self.drawn(mask) == """
        ....#..#
        ....#..#
        ....#..#
        ....#..#
        ....#..#
        #...#..#
        """)
    #expect(Mask(stored).isIn == [true, true])
    #expect(
      Mask(IntegerMap(width: 3, height: 1, values: [0, 127, 255])).isIn == [false, false, true])
    #expect(Mask(IntegerMap(width: 2, height: 1, values: [0, 1])).isIn == [false, true])
  }

  @Test("come back from JSON, and numbers that make no shape are refused")
  func json() throws {
    let texts = [
      #"{"rectangle":[1,2,3,4.5]}"#, #"{"ellipse":[0.5,0.4,0.2,0.06],"removed":true}"#,
      #"{"polygon":[0,0,1,0,1,1]}"#, #"{"brush":[1,2,3,4],"radius":2}"#,
      #"{"map":"sha256:\#(String(repeating: "ab", count: 32))","values":[17,18]}"#,
    ]
    let encoder = JSONEncoder()
    encoder.outputFormatting = .sortedKeys
    for text in texts {
      let shape = try JSONDecoder().decode(MaskShape.self, from: Data(text.utf8))
      #expect(String(decoding: try encoder.encode(shape), as: UTF8.self) == text)
    }
    for text in [
      #"{"rectangle":[1,2,0,4]}"#, #"{"ellipse":[1,2,3]}"#, #"{"polygon":[0,0,1,1]}"#,
      #"{"polygon":[0,0,1,1,2]}"#, #"{"brush":[],"radius":1}"#, #"{"brush":[1,1],"radius":-1}"#,
      #"{"rectangle":[1e300,0,1,1]}"#, #"{"map":"x"}"#, "{}",
    ] {
      #expect(throws: DecodingError.self, "\(text)") {
        try JSONDecoder().decode(MaskShape.self, from: Data(text.utf8))
      }
    }
  }
}

@Suite("Soft masks")
struct SoftMaskTests {
  static func blob(_ seed: UInt64, width: Int, height: Int) -> Mask {
    var random = SeededGenerator(seed: seed)
    var isIn = [Bool](repeating: false, count: width * height)
    for _ in 0..<5 {
      let (x, y) = (
        Int.random(in: 0..<width, using: &random), Int.random(in: 0..<height, using: &random)
      )
      for dy in 0..<3 where y + dy < height {
        for dx in 0..<4 where x + dx < width { isIn[(y + dy) * width + x + dx] = true }
      }
    }
    return Mask(width: width, height: height, isIn: isIn)
  }

  /// The nearest distance to a pixel of the other kind, by trying all.
  static func distance(_ mask: Mask, _ index: Int) -> Double {
    let (x, y) = (index % mask.width, index / mask.width)
    return mask.isIn.indices.filter { mask.isIn[$0] != mask.isIn[index] }.map {
      hypot(Double($0 % mask.width - x), Double($0 / mask.width - y))
    }.min() ?? .infinity
  }

  @Test("soften the border by its distance, inwards and outwards", arguments: [0, 1, 2.5, 6, 40])
  func feather(feather: Double) {
    for seed in 0..<4 {
      let mask = Self.blob(UInt64(seed), width: 19, height: 14)
      let soft = SoftMask(mask, feather: feather)
      for index in mask.isIn.indices {
        let distance = Self.distance(mask, index) - 0.5
        let signed = mask.isIn[index] ? distance : -distance
        let t = feather == 0 ? (signed > 0 ? 1 : 0) : max(0, min(1, 0.5 + signed / feather))
        #expect(abs(soft.weights[index] - Float(t * t * (3 - 2 * t))) < 1e-6)
        // The halo ends exactly where it is said to.
        if feather > 0, !mask.isIn[index] {
          #expect((soft.weights[index] == 0) == (distance + 0.5 >= (feather + 1) / 2))
        }
      }
    }
  }

  @Test("of nothing and of everything stay that")
  func trivial() {
    let none = Mask(emptyOf: 5, 4)
    let all = Mask(width: 5, height: 4, isIn: [Bool](repeating: true, count: 20))
    #expect(SoftMask(none, feather: 3).weights.allSatisfy { $0 == 0 })
    #expect(SoftMask(all, feather: 3).weights.allSatisfy { $0 == 1 })
  }

  @Test("are averaged over the cells of a grid, with margins around the picture")
  func resizing() {
    let soft = SoftMask(width: 4, height: 2, weights: [0, 1, 1, 1, 0, 0, 1, 0.5])
    #expect(soft.resized(width: 2, height: 1).weights == [0.25, 0.875])
    #expect(
      soft.resized(width: 4, height: 3, margin: 1).weights == [
        0.25, 0.25, 0.875, 0.875, 0.25, 0.25, 0.875, 0.875, 0.25, 0.25, 0.875, 0.875,
      ])
    // Three cells over four pixels: the middle one covers a third of the second and of the third.
    let third = SoftMask(width: 4, height: 1, weights: [0, 1, 0, 0]).resized(width: 3, height: 1)
    #expect(third.weights == [0.25, 0.5, 0])
    #expect(soft.resized(width: 8, height: 4).weights[9] == 0)
    #expect(soft.resized(width: 8, height: 4).weights[10] == 1)
  }

  @Test("keep 0 and 1 exactly at every size", arguments: [1, 3, 7, 16, 36, 52, 148])
  func exactness(side: Int) {
    let mask = Self.blob(9, width: 61, height: 61)
    let soft = SoftMask(mask, feather: 4)
    let cells = soft.resized(width: side, height: side)
    for y in 0..<side {
      for x in 0..<side {
        var touched: [Float] = []
        for v in y * 61 / side...((y + 1) * 61 - 1) / side {
          for u in x * 61 / side...((x + 1) * 61 - 1) / side {
            touched.append(soft.weights[v * 61 + u])
          }
        }
        let weight = cells.weights[y * side + x]
        #expect((weight == 0) == touched.allSatisfy { $0 == 0 })
        if touched.allSatisfy({ $0 == 1 }) { #expect(weight == 1) }
      }
    }
  }
}
