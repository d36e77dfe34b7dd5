/// Cars by chance, and cars in words.
extension CarModel {
  /// A car by chance.
  static func drawn(_ dice: inout Dice, lightsOn: Bool) -> CarModel {
    let attributes = Attributes(
      body: dice.one(of: [
        .sedan: 4, .hatchback: 4, .estate: 2, .coupe: 2, .suv: 4, .van: 2, .pickup: 2,
      ]),
      paint: dice.one(of: [
        .white: 3, .silver: 3, .grey: 2, .black: 3, .red: 3, .blue: 3, .green: 1.5, .yellow: 1.5,
        .orange: 1.5, .brown: 1,
      ]),
      spokes: dice.one(of: [0: 1, 5: 3, 6: 1, 7: 2, 10: 2]), tint: dice.number(),
      hasLightsOn: lightsOn ? dice.chance(0.9) : dice.chance(0.15), hasRoofRails: false,
      hasStripes: false)
    var fitted = attributes
    switch attributes.body {
    case .estate, .suv: fitted.hasRoofRails = dice.chance(0.6)
    case .coupe: fitted.hasStripes = dice.chance(0.25)
    default: break
    }
    // Passed by a local, because a closure cannot hold what is `inout`.
    let draws = (0..<16).map { _ in dice.number() }
    var next = 0
    return CarModel(fitted) {
      next += 1
      return draws[(next - 1) % draws.count]
    }
  }

  /// `a red hatchback`.
  var phrase: String {
    let paint = attributes.paint.rawValue
    let article = "aeio".contains(paint.prefix(1)) ? "an" : "a"
    return "\(article) \(paint) \(noun)"
  }

  /// The kind of car in English.
  var noun: String {
    switch attributes.body {
    case .suv: "SUV"
    case .estate: "estate car"
    case .pickup: "pickup truck"
    default: attributes.body.rawValue
    }
  }

  /// What is known of the car.
  var words: [WorldAttribute] {
    [
      WorldAttribute("body", attributes.body), WorldAttribute("paint", attributes.paint),
      WorldAttribute("paint.r", paint.x), WorldAttribute("paint.g", paint.y),
      WorldAttribute("paint.b", paint.z), WorldAttribute("spokes", Float(attributes.spokes)),
      WorldAttribute("tint", attributes.tint), WorldAttribute("lightsOn", attributes.hasLightsOn),
      WorldAttribute("roofRails", attributes.hasRoofRails),
      WorldAttribute("stripes", attributes.hasStripes), WorldAttribute("length", length),
      WorldAttribute("width", width), WorldAttribute("height", height),
      WorldAttribute("wheelRadius", wheelRadius),
    ]
  }
}
