import Editing
import Testing

@Suite("Layers, profiles, seeds and ranges as text")
struct TextFormTests {
  static let layerTexts: [(text: String, count: Int, rows: [Int], canonical: String)] = [
    ("0-6,8", 18, [0, 1, 2, 3, 4, 5, 6, 8], "0-6,8"), ("3", 4, [3], "3"),
    ("8-", 10, [8, 9], "8-"), ("0-", 3, [0, 1, 2], "all"), ("5-5", 6, [5], "5"),
    ("4,2,2-3", 6, [2, 3, 4], "2-4"), (" 1 , 2-3 ", 4, [1, 2, 3], "1-3"),
    ("coarse", 18, [0, 1, 2, 3], "0-3"), ("middle", 18, [4, 5, 6, 7], "4-7"),
    ("fine", 12, [8, 9, 10, 11], "8-"), ("all", 2, [0, 1], "all"),
    ("Coarse,9", 10, [0, 1, 2, 3, 9], "0-3,9"), ("coarse,fine", 10, [0, 1, 2, 3, 8, 9], "0-3,8-"),
  ]

  @Test("Layers", arguments: layerTexts)
  func layers(text: String, count: Int, rows: [Int], canonical: String) throws {
    let set = try LayerSet(parsing: text)
    #expect(try set.indices(count: count) == rows)
    #expect("\(set)" == canonical)
    #expect(try LayerSet(parsing: canonical) == set)
  }

  @Test(
    "However they are written, equal layers are one set and one text",
    arguments: [
      ["0-7", "0-3,4-7", "coarse,middle", "4-7,0-3", "0,1,2,3-7,5", "0-5,2-7"],
      ["all", "0-", "coarse,middle,fine", "3-,0-2", "0-,5"], ["4-", "4,5-", "6-,4-9"],
      ["1,3", "3,1", "3,3,1"],
    ])
  func equalLayers(texts: [String]) throws {
    let sets = try texts.map { try LayerSet(parsing: $0) }
    #expect(Set(sets).count == 1 && "\(sets[0])" == texts[0])
    let profiles = try texts.map { try LayerProfile(parsing: "\($0):0.5,2:1") }
    #expect(Set(profiles).count == 1)
  }

  @Test(
    "What is no list of layers",
    arguments: [
      "", ",", "1,", ",1", "-3", "3-1", "1-2-3", "a", "1.5", "0x3", "10000", "1-10000", "coarsely",
      "1 2", "--", "99999999999999999999", "٣",
    ])
  func badLayers(text: String) {
    #expect {
      try LayerSet(parsing: text)
    } throws: { error in
      guard case .invalidLayers(text, _) = error as? EditingError else { return false }
      return "\(error)".contains("'\(text)'")
    }
  }

  @Test(
    "Layers that a network does not have",
    arguments: [("18", 18, 18), ("0-18", 18, 18), ("8-", 8, 8), ("fine", 8, 8), ("2,9,4", 5, 9)])
  func layerOutOfRange(text: String, count: Int, layer: Int) throws {
    let set = try LayerSet(parsing: text)
    #expect(throws: EditingError.layerOutOfRange(layer: layer, count: count)) {
      try set.indices(count: count)
    }
  }

  @Test("Layers from a range are its rows")
  func range() throws {
    #expect(try LayerSet(8..<18) == LayerSet(parsing: "8-17"))
    #expect(try LayerSet(0..<1).indices(count: 1) == [0])
  }

  static let profileTexts: [(text: String, values: [Float], canonical: String)] = [
    ("0.7", [0.7, 0.7, 0.7, 0.7, 0.7, 0.7], "0.7"), ("-1", [-1, -1, -1, -1, -1, -1], "-1.0"),
    ("0-1:0.5,2-:2", [0.5, 0.5, 2, 2, 2, 2], "0-1:0.5,2-:2.0"),
    ("0,2:0.5", [0.5, 9, 0.5, 9, 9, 9], "0,2:0.5"),
    ("coarse:0.5", [0.5, 0.5, 0.5, 0.5, 9, 9], "0-3:0.5"),
    ("all:1,3:-2", [1, 1, 1, -2, 1, 1], "all:1.0,3:-2.0"), ("all:3", [3, 3, 3, 3, 3, 3], "3.0"),
    ("1: 0.25", [9, 0.25, 9, 9, 9, 9], "1:0.25"),
    ("1e-2", Array(repeating: 0.01, count: 6), "0.01"),
  ]

  @Test("Values by layer; rows that are not named take the default", arguments: profileTexts)
  func profiles(text: String, values: [Float], canonical: String) throws {
    let profile = try LayerProfile(parsing: text)
    #expect(try profile.values(count: 6, default: 9) == values)
    #expect("\(profile)" == canonical)
    #expect(try LayerProfile(parsing: canonical) == profile)
    #expect(try profile.scaled(by: 2).values(count: 6, default: 18) == values.map { $0 * 2 })
    #expect((profile.uniform != nil) == (Set(values).count == 1))
  }

  @Test(
    "What is no profile",
    arguments: [
      "", "nan", "inf", "1e99", "0.7,", "0-3", "0-3:", "0-3:x", "0-3:0.5,4", ":0.5", "0:1:2",
      "0-3:nan", "3-1:1", "a:1", "0.5.5",
    ])
  func badProfiles(text: String) {
    #expect {
      try LayerProfile(parsing: text)
    } throws: { error in
      switch error as? EditingError {
      case .invalidProfile, .invalidLayers: "\(error)".contains("Write for example")
      default: false
      }
    }
  }

  @Test("A profile for more layers than there are is refused")
  func profileOutOfRange() throws {
    let profile = try LayerProfile(parsing: "0-17:0.5")
    #expect(throws: EditingError.layerOutOfRange(layer: 17, count: 14)) {
      try profile.values(count: 14, default: 1)
    }
  }

  @Test(
    "Seeds, in order, repetitions kept",
    arguments: [
      ("85", [85]), ("85,265,297-300", [85, 265, 297, 298, 299, 300]), ("3,1,3", [3, 1, 3]),
      ("7-7", [7]), (" 1, 2-3 ", [1, 2, 3]), ("4294967294-4294967295", [.max - 1, .max]),
      ("0085", [85]),
    ] as [(String, [UInt32])])
  func seeds(text: String, seeds: [UInt32]) throws {
    #expect(try SeedList.parse(text) == seeds)
  }

  @Test(
    "What is no list of seeds",
    arguments: [
      "", ",", "1,", "-1", "5-", "5-3", "1-2-3", "4294967296", "0-4294967296", "x", "1.5", "0x10",
      "0-1000000", "0-4294967295", "0-999998,1-2",
    ])
  func badSeeds(text: String) {
    #expect {
      try SeedList.parse(text)
    } throws: { error in
      guard case .invalidSeeds(text, _) = error as? EditingError else { return false }
      return "\(error)".contains("4294967295")
    }
  }

  @Test("A million seeds are the most")
  func manySeeds() throws {
    #expect(try SeedList.parse("0-999999").count == 1_000_000)
  }

  @Test(
    "Numbers to sweep over",
    arguments: [
      ("-1:1:0.25", [-1, -0.75, -0.5, -0.25, 0, 0.25, 0.5, 0.75, 1]), ("0:1:0.4", [0, 0.4, 0.8]),
      ("1:0:-0.5", [1, 0.5, 0]), ("2:2:1", [2]),
      ("-0.3:0.3:0.1", [-0.3, -0.2, -0.1, 0, 0.1, 0.2, 0.3]),
      ("-1,0,0.7", [-1, 0, 0.7]), ("0.5", [0.5]), (" 1 , 2", [1, 2]),
    ] as [(String, [Float])])
  func numbers(text: String, values: [Float]) throws {
    #expect(try NumberRange(parsing: text).values == values)
  }

  @Test(
    "What is no range of numbers",
    arguments: [
      "", ",", "a", "1,", "nan", "inf", "0:1", "0:1:0", "0:1:-1", "1:0:1", "0:1:x", "0:1:0.0001",
      "0:1:nan", "0:inf:1", "1:2:3:4", "1e300:1e300:1", "1e99",
    ])
  func badNumbers(text: String) {
    #expect {
      try NumberRange(parsing: text)
    } throws: { error in
      guard case .invalidRange(text, _) = error as? EditingError else { return false }
      return true
    }
  }

  @Test("A thousand numbers are the most")
  func manyNumbers() throws {
    #expect(try NumberRange(parsing: "1:1000:1").values.count == 1000)
    #expect(throws: EditingError.self) { try NumberRange(parsing: "0:1000:1") }
  }

  @Test("Classes and mixes of classes")
  func classes() throws {
    #expect(try ClassLabel(parsing: "1").vector(classes: 3) == [0, 1, 0])
    let mix = try ClassLabel(parsing: "2:0.25, 0:0.75")
    #expect(try mix.vector(classes: 3) == [0.75, 0, 0.25])
    #expect("\(mix)" == "0:0.75,2:0.25")
    #expect("\(try ClassLabel(parsing: "4:1"))" == "4")
    #expect(try ClassLabel(parsing: "\(mix)") == mix)
    #expect {
      try ClassLabel(3).vector(classes: 3)
    } throws: {
      "\($0)".contains("0 to 2")
    }
    #expect {
      try ClassLabel(0).vector(classes: 0)
    } throws: {
      "\($0)".contains("not conditional")
    }
  }

  @Test(
    "What is no class",
    arguments: ["", "a", "-1", "1:", "1:x", ":1", "1:2:3", "1,", "1:nan", "1.5", "1:inf"])
  func badClasses(text: String) {
    #expect {
      try ClassLabel(parsing: text)
    } throws: { error in
      guard case .invalidLabel(text, _) = error as? EditingError else { return false }
      return true
    }
  }
}
