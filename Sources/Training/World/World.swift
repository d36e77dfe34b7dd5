import Foundation
import Imaging

/// What a world shows.
public enum WorldKind: String, CaseIterable, Sendable {
  /// Street scenes with one to six cars.
  case street
  /// Single cars from all sides.
  case cars
  /// Faces.
  case portrait

  /// The names of the classes in label maps, by number.
  public var classes: [String] {
    switch self {
    case .street, .cars:
      Palette.street.entries.map(\.name)
    case .portrait: FacePart.allCases.map { "\($0)" }
    }
  }

  /// The picture's width and height when only one number is given: streets are twice as wide.
  public func size(_ side: Int) -> (width: Int, height: Int) {
    self == .street ? (side, side / 2) : (side, side)
  }
}

/// A seeded world of labelled pictures: the same sample for the same kind, size, seed and number, on
/// every machine with the same mathematics library and for any number of threads.
public struct World: Sendable {
  /// Raised whenever a sample of old becomes another one.
  public static let version = 1

  /// What it shows.
  public let kind: WorldKind
  /// The pictures' columns, 16 to 1024.
  public let width: Int
  /// The pictures' rows, 16 to 1024.
  public let height: Int
  /// Which of the worlds.
  public let seed: UInt32

  /// A world; see the properties.
  public init(_ kind: WorldKind, width: Int, height: Int, seed: UInt32) {
    precondition(
      (16...1024).contains(width) && (16...1024).contains(height),
      "pictures of \(width)×\(height) pixels")
    (self.kind, self.width, self.height, self.seed) = (kind, width, height, seed)
  }

  /// Draws sample `index`, from 0 on.
  public func sample(_ index: Int) -> WorldSample {
    var dice = Dice(seed: seed, index: index)
    return switch kind {
    case .street: StreetScene(&dice, aspect: aspect).sample(width: width, height: height)
    case .cars: CarScene(&dice, aspect: aspect).sample(width: width, height: height)
    case .portrait: PortraitScene(&dice).sample(width: width, height: height)
    }
  }

  private var aspect: Float { Float(width) / Float(height) }
}

/// The classes of streets and cars.
enum StreetClass: Int32 {
  case nothing, sky, road, pavement, building, tree, car
}
