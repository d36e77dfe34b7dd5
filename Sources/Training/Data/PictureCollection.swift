import Checkpoints
import Foundation
import Imaging
import Tensors

/// One's own pictures: a folder (with those in it) or a zip of PNGs and JPEGs, as they are or with
/// label and instance maps beside them.
///
/// Maps are recognised by where they lie: pictures in `images`, `train_img` or `img`, label maps in
/// `labels`, `train_label` or `label`, instance maps in `instances`, `train_inst` or `inst`, each
/// under the picture's name (Cityscapes' endings `_leftImg8bit`, `_gtFine_labelIds` and
/// `_gtFine_instanceIds` count as none). Without such folders every picture is one to train on.
/// Attributes lie in `attributes`, a JSON object a picture whose `vector` has a number a name.
public struct PictureCollection: TrainingData {
  /// How pictures of other sizes are brought to the size.
  public enum Fit: String, Sendable, CaseIterable {
    /// The middle square (or middle of the wanted proportions), by Lanczos, as the official
    /// `dataset_tool --transform=center-crop`.
    case crop
    /// The whole picture, stretched: bicubic, maps by nearest pixels, as pix2pixHD and SPADE do.
    case stretch
  }

  /// The samples' width in pixels.
  public let width: Int
  /// The samples' height in pixels.
  public let height: Int
  private let fit: Fit
  private let files: any FileSource
  private let items: [Item]

  private struct Item: Sendable {
    let picture: String
    var labels: String?
    var instances: String?
    var attributes: String?
  }

  /// The pictures in a folder or zip; throws ``TrainingError`` if there are none, or if label maps lie
  /// there but not for every picture.
  public init(at url: URL, width: Int, height: Int, fit: Fit) throws {
    (self.width, self.height, self.fit) = (width, height, fit)
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: url.path, isDirectory: &isFolder) else {
      throw TrainingError.unfitData(place: url.path, reason: "there is no such folder or zip")
    }
    files = isFolder.boolValue ? try FolderSource(url) : try ZipSource(url)
    items = try Self.items(files)
    guard !items.isEmpty else {
      throw TrainingError.unfitData(place: url.path, reason: "it holds no PNG or JPEG pictures")
    }
  }

  /// How many pictures there are.
  public var count: Int? { items.count }

  /// Whether every sample has a label map.
  public var hasLabels: Bool { items[0].labels != nil }

  /// How many pictures of which folder or zip, at which size.
  public var summary: String {
    "\(items.count) pictures of \(files.name), \(width)×\(height) px, \(fit.rawValue)"
  }

  private static func items(_ files: any FileSource) throws -> [Item] {
    let pictures = files.names.filter { name in
      let lower = name.lowercased()
      return [".png", ".jpg", ".jpeg"].contains { lower.hasSuffix($0) }
        && !(name as NSString).lastPathComponent.hasPrefix(".")
    }.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    func inFolder(_ names: [String], of paths: [String]) -> [String: String]? {
      let found = paths.filter { path in
        (path as NSString).deletingLastPathComponent.split(separator: "/").contains {
          names.contains(String($0))
        }
      }
      return found.isEmpty ? nil : Dictionary(found.map { (stem($0), $0) }) { first, _ in first }
    }
    guard let images = inFolder(["images", "train_img", "img"], of: pictures) else {
      return pictures.map { Item(picture: $0) }
    }
    let labels = inFolder(["labels", "train_label", "label"], of: pictures)
    let instances = inFolder(["instances", "train_inst", "inst"], of: pictures)
    let attributes = inFolder(
      ["attributes"], of: files.names.filter { $0.lowercased().hasSuffix(".json") })
    return try images.sorted { $0.value.utf8.lexicographicallyPrecedes($1.value.utf8) }.map {
      stem, path in
      for (kind, maps) in [("label", labels), ("instance", instances)] {
        if let maps, maps[stem] == nil {
          throw TrainingError.unfitData(
            place: files.name, reason: "the picture \(path) has no \(kind) map of its name")
        }
      }
      return Item(
        picture: path, labels: labels?[stem], instances: instances?[stem],
        attributes: attributes?[stem])
    }
  }

  /// A file's name without folders and endings.
  private static func stem(_ path: String) -> String {
    var name = ((path as NSString).lastPathComponent as NSString).deletingPathExtension
    for ending in ["_leftImg8bit", "_gtFine_labelIds", "_gtFine_instanceIds"]
    where name.hasSuffix(ending) {
      name.removeLast(ending.count)
    }
    return name
  }

  /// Reads the samples and brings them to the size; throws for damaged files and for maps of another
  /// size than their picture.
  public func samples(_ numbers: [Int]) throws -> [TrainingSample] {
    try numbers.map { number in
      let item = items[number]
      let picture = try Image(data: files.data(item.picture), named: item.picture)
      let sized = fitted(picture.flattened(onto: [255, 255, 255]))
      func map(_ name: String?) throws -> IntegerMap? {
        guard let name else { return nil }
        let map = try IntegerMap(pngData: files.data(name), named: name, palette: .indices)
        guard map.width == picture.width && map.height == picture.height else {
          throw TrainingError.unfitData(
            place: name,
            reason: "the map has \(map.sizeText) pixels and its picture "
              + "\(picture.width)×\(picture.height)")
        }
        return fitted(map)
      }
      return TrainingSample(
        picture: sized, labels: try map(item.labels).map { LabelMap($0) },
        instances: try map(item.instances).map { InstanceMap($0) },
        attributes: try item.attributes.map(attributes))
    }
  }

  /// The numbers of an attribute file.
  private func attributes(_ name: String) throws -> [String: Double] {
    let object = try? JSONSerialization.jsonObject(with: files.data(name)) as? [String: Any]
    guard let vector = object?["vector"] as? [String: Any] else {
      throw TrainingError.unfitData(place: name, reason: "it is no JSON object with a 'vector'")
    }
    return vector.compactMapValues { ($0 as? NSNumber)?.doubleValue }
  }

  /// The middle part of the wanted proportions.
  private func window(_ width: Int, _ height: Int) -> (x: Int, y: Int, width: Int, height: Int) {
    guard fit == .crop else { return (0, 0, width, height) }
    let w = min(width, max(height * self.width / self.height, 1))
    let h = min(height, max(width * self.height / self.width, 1))
    return ((width - w) / 2, (height - h) / 2, w, h)
  }

  private func fitted(_ image: Image) -> Image {
    let part = window(image.width, image.height)
    return image.cropped(x: part.x, y: part.y, width: part.width, height: part.height)
      .resized(width: width, height: height, filter: fit == .crop ? .lanczos : .bicubic)
  }

  private func fitted(_ map: IntegerMap) -> IntegerMap {
    let part = window(map.width, map.height)
    var values: [Int32] = []
    for y in part.y..<part.y + part.height {
      values += map.values[y * map.width + part.x..<y * map.width + part.x + part.width]
    }
    return IntegerMap(width: part.width, height: part.height, values: values)
      .resized(width: width, height: height, rule: .pillow)
  }
}
