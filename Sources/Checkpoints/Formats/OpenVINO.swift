import Foundation

/// OpenVINO's intermediate representation: layers and edges in an `.xml`, constants in the `.bin`
/// beside it. Only the constants are tensors; nothing is executed.
enum OpenVINO: FormatReader {
  static let format = CheckpointFormat("OpenVINO IR", "OpenVINO, open the .xml beside its .bin")

  static func recognizes(_ bytes: ByteRegion) -> Bool {
    let head = bytes.withUnsafeBytes { String(decoding: $0.prefix(512), as: UTF8.self) }
    let text = head.drop { $0.isWhitespace || $0 == "\u{FEFF}" }
    return text.hasPrefix("<net") || (text.hasPrefix("<?xml") && text.contains("<net"))
  }

  static func read(_ bytes: ByteRegion, at url: URL) throws -> CheckpointContents {
    let constants = url.deletingPathExtension().appendingPathExtension("bin")
    return try contents(of: bytes, constants: MappedFile(contentsOf: constants).region)
  }

  /// The constants of a graph, by layer name.
  static func contents(of bytes: ByteRegion, constants: ByteRegion) throws -> CheckpointContents {
    let graph = try OpenVINOGraph(bytes)
    var contents = CheckpointContents()
    contents.companions = [constants]
    for layer in graph.layers where layer.type == "Const" {
      contents.tensors.append((layer.name, try tensor(of: layer, in: constants)))
    }
    contents.graph = graph
    return contents
  }

  private static func tensor(of layer: IRLayer, in constants: ByteRegion) throws -> StoredTensor {
    let place = "constant '\(layer.name)'"
    guard let code = layer.attributes["element_type"], let offset = number("offset", of: layer),
      let size = number("size", of: layer), let shape = shape(of: layer)
    else {
      throw CheckpointError.malformed(
        file: constants.name, place: place, expected: "element_type, shape, offset and size",
        found: "\(layer.attributes.keys.sorted())")
    }
    guard let type = types[code] else {
      throw CheckpointError.refused(
        file: constants.name, place: place, what: "the element type '\(code.prefix(40))'",
        advice: "Only numbers and truth values make tensors.")
    }
    let bytes = try constants.region(at: offset, count: size)
    let layout = try TensorLayout(
      dimensions: shape, storageCount: size / type.size, file: constants.name, place: place)
    guard layout.count * type.size == size else {
      throw CheckpointError.malformed(
        file: constants.name, place: place,
        expected: "\(layout.count * type.size) bytes for \(type) \(shape)", found: "\(size)")
    }
    return StoredTensor(type: type, layout: layout, bytes: bytes)
  }

  private static func number(_ key: String, of layer: IRLayer) -> Int? {
    layer.attributes[key].flatMap(Int.init)
  }

  /// `"1, 512"`; empty for a scalar.
  private static func shape(of layer: IRLayer) -> [Int]? {
    guard let text = layer.attributes["shape"], text.utf8.count < 1024 else { return nil }
    let parts = text.split(separator: ",").map { $0.trimmingCharacters(in: .whitespaces) }
    let extents = parts.filter { !$0.isEmpty }.map { Int($0) }
    return extents.contains(nil) ? nil : extents.compactMap { $0 }
  }

  private static let types: [String: ScalarType] = [
    "boolean": .bool, "u8": .u8, "i8": .i8, "u16": .u16, "i16": .i16, "u32": .u32, "i32": .i32,
    "u64": .u64, "i64": .i64, "f16": .f16, "bf16": .bf16, "f32": .f32, "f64": .f64,
  ]
}

extension Checkpoint {
  /// Opens the OpenVINO file that a zip archive (such as a Python wheel) holds as `member`, with
  /// the `.bin` of the same stem, without unpacking to disk.
  package init(openVINO member: String, in archive: ZipArchive, at url: URL) throws {
    guard member.hasSuffix(".xml") else {
      throw CheckpointError.unrecognized(
        file: "\(url.path) (member \(member))", looksLike: "another member",
        advice: "Name the .xml of an OpenVINO file.")
    }
    let description = try archive.region(of: member)
    let constants = try archive.region(of: member.dropLast(3) + "bin")
    try self.init(
      OpenVINO.contents(of: description, constants: constants), format: OpenVINO.format,
      bytes: description, at: url)
  }
}
