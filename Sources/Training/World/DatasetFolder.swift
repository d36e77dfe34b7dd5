import Foundation
import Imaging

/// A folder of samples of one world: `images`, `labels`, `instances` and `sketches` with a PNG a
/// sample, `attributes` with its JSON, and `dataset.json` beside them.
///
/// Every file is written beside its place and renamed; the JSON comes last, so that a sample with one
/// is whole.
public struct DatasetFolder: Sendable {
  /// The world that its samples are of.
  public let world: World
  /// The folder, which is there.
  public let url: URL

  /// What is wrong with a folder.
  public enum Failure: Error, Equatable, CustomStringConvertible {
    /// It holds samples of another world.
    case otherWorld(folder: String, found: String, wanted: String)
    /// A folder or a file cannot be made.
    case unwritable(path: String, reason: String)

    /// One line for people.
    public var description: String {
      switch self {
      case .otherWorld(let folder, let found, let wanted):
        "\(folder) holds samples of \(found), not of \(wanted). Name another folder."
      case .unwritable(let path, let reason): "cannot write \(path): \(reason)."
      }
    }
  }

  /// A folder for samples of a world.
  public init(world: World, url: URL) {
    self.world = world
    self.url = url
  }

  private static let parts = ["images", "labels", "instances", "sketches", "attributes"]

  /// Makes the parts, and throws ``Failure`` if the folder is another world's.
  public func prepare() throws {
    let mark = url.appendingPathComponent("world.json")
    if let found = try? Data(contentsOf: mark) {
      let text = String(decoding: found, as: UTF8.self)
      guard text == description else {
        throw Failure.otherWorld(folder: url.path, found: text, wanted: description)
      }
    }
    for part in Self.parts {
      let folder = url.appendingPathComponent(part)
      do {
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
      } catch {
        throw Failure.unwritable(path: folder.path, reason: error.localizedDescription)
      }
    }
    try save(Data(description.utf8), to: mark)
  }

  /// The world in words: `{"height":64,"kind":"cars","seed":1,"version":1,"width":64}`.
  private var description: String {
    "{\"height\":\(world.height),\"kind\":\"\(world.kind.rawValue)\",\"seed\":\(world.seed),"
      + "\"version\":\(World.version),\"width\":\(world.width)}"
  }

  private func file(_ part: String, _ number: Int, _ suffix: String = "png") -> URL {
    url.appendingPathComponent(part)
      .appendingPathComponent(String(format: "%08d", number) + ".\(suffix)")
  }

  /// Whether the sample is there, whole.
  public func has(_ number: Int) -> Bool {
    FileManager.default.fileExists(atPath: file("attributes", number, "json").path)
  }

  /// Writes a sample.
  public func write(_ sample: WorldSample, number: Int) throws {
    try sample.picture.write(to: file("images", number))
    try sample.labels.map.write(to: file("labels", number))
    try sample.instances.map.write(to: file("instances", number), sixteenBits: true)
    try sample.sketch.write(to: file("sketches", number))
    try save(sample.json(), to: file("attributes", number, "json"))
  }

  /// Writes `dataset.json`: the world, its classes, and which samples there are.
  public func writeIndex(_ numbers: Range<Int>) throws {
    let object: [String: Any] = [
      "kind": world.kind.rawValue, "width": world.width, "height": world.height,
      "seed": Int(world.seed), "version": World.version, "classes": world.kind.classes,
      "first": numbers.lowerBound, "count": numbers.count,
    ]
    try save(
      JSONSerialization.data(withJSONObject: object, options: [.sortedKeys, .prettyPrinted]),
      to: url.appendingPathComponent("dataset.json"))
  }

  private func save(_ data: Data, to file: URL) throws {
    do {
      try data.write(to: file, options: .atomic)
    } catch {
      throw Failure.unwritable(path: file.path, reason: error.localizedDescription)
    }
  }
}
