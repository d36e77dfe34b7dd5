/// The classes of a label map: their numbers, names and colours.
public struct Palette: Sendable, Hashable {
  /// One class.
  public struct Entry: Sendable, Hashable {
    /// Its number in label maps.
    public var id: Int32
    /// Its name, such as `car`.
    public var name: String
    /// Its colour: red, green and blue.
    public var colour: [UInt8]
    /// Whether its objects are counted one by one (things), as opposed to sky or road (stuff).
    public var hasObjects: Bool

    /// A class; see the properties.
    public init(id: Int32, name: String, colour: [UInt8], hasObjects: Bool = false) {
      precondition(id >= 0, "a class with the number \(id)")
      precondition(colour.count == 3, "a colour of \(colour.count) samples")
      self.id = id
      self.name = name
      self.colour = colour
      self.hasObjects = hasObjects
    }
  }

  /// What it is called, such as `cityscapes`.
  public let name: String

  /// The classes by ascending number.
  public let entries: [Entry]

  private let byID: [Int32: Entry]

  /// A palette; of classes with the same number the last counts.
  public init(name: String, entries: [Entry]) {
    self.name = name
    byID = Dictionary(entries.map { ($0.id, $0) }) { $1 }
    self.entries = byID.values.sorted { $0.id < $1.id }
  }

  /// Classes without names, for maps whose palette is not known: their colours only differ.
  public init(numbering ids: [Int32]) {
    self.init(
      name: "numbers",
      entries: ids.map {
        Entry(id: $0, name: "class \($0)", colour: Self.spreadColour(Int($0) + 1))
      })
  }

  /// The class with a number, `nil` if there is none.
  public subscript(id: Int32) -> Entry? { byID[id] }

  /// The class's name, or its number where it has none.
  public func name(of id: Int32) -> String { byID[id]?.name ?? "class \(id)" }

  /// The classes whose objects are counted one by one.
  public var things: Set<Int32> { Set(entries.filter(\.hasObjects).map(\.id)) }

  /// The number of a class that is given as a number or by its name (case does not matter); throws
  /// ``ImagingError/badPalette(name:reason:)`` for a name that it lacks.
  public func id(of text: String) throws(ImagingError) -> Int32 {
    if let number = Int32(text), number >= 0 { return number }
    let wanted = text.lowercased()
    if let entry = entries.first(where: { $0.name.lowercased() == wanted }) { return entry.id }
    let near = entries.map(\.name).filter {
      $0.lowercased().contains(wanted) || (wanted.count > 2 && wanted.contains($0.lowercased()))
    }
    throw .badPalette(
      name: name,
      reason: "it has no class '\(text)'"
        + (near.isEmpty ? "" : "; near: \(near.prefix(5).joined(separator: ", "))"))
  }

  /// The palettes that Atelier knows.
  public static let all: [Palette] = [
    .cityscapes, .cityscapesTrain, .cocoStuff, .ade20k, .street, .portrait,
  ]

  /// The known palette of a name; throws ``ImagingError/badPalette(name:reason:)`` for any other.
  public static func named(_ name: String) throws(ImagingError) -> Palette {
    if let palette = all.first(where: { $0.name == name.lowercased() }) { return palette }
    throw .badPalette(
      name: name,
      reason: "Atelier does not know it; known: \(all.map(\.name).joined(separator: ", ")), or a "
        + "JSON file")
  }
}
