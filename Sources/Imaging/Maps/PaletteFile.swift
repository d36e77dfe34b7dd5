import Foundation

extension Palette {
  /// Reads a palette of one's own:
  ///
  /// ```json
  /// {"classes":[{"colour":"#4682b4","id":0,"name":"sky"},
  ///             {"colour":"#00008e","id":1,"name":"car","objects":true}],"name":"mine"}
  /// ```
  ///
  /// Classes without a colour get one of their own. Throws ``ImagingError`` for a file that cannot
  /// be read and for anything that is not of this form.
  public init(contentsOf url: URL) throws {
    try self.init(json: Data(PictureFile.read(url)), named: url.path)
  }

  /// Reads a palette in memory; `file` says in errors where it came from.
  public init(json: Data, named file: String) throws(ImagingError) {
    let form: Form
    do {
      form = try JSONDecoder().decode(Form.self, from: json)
    } catch {
      throw .badPalette(
        name: file, reason: "not {\"name\":…,\"classes\":[{\"id\":…,\"name\":…,\"colour\":\"#…\"}]}"
      )
    }
    guard !form.classes.isEmpty else { throw .badPalette(name: file, reason: "it has no classes") }
    var entries: [Entry] = []
    var seen = Set<Int32>()
    for item in form.classes {
      guard item.id >= 0 else {
        throw .badPalette(name: file, reason: "class '\(item.name)' has the number \(item.id)")
      }
      guard seen.insert(item.id).inserted else {
        throw .badPalette(name: file, reason: "two classes have the number \(item.id)")
      }
      let colour = try item.colour.map { text throws(ImagingError) in
        guard let colour = Self.colour(text) else {
          throw .badPalette(name: file, reason: "'\(text)' is not a colour such as #4682b4")
        }
        return colour
      }
      entries.append(
        Entry(
          id: item.id, name: item.name, colour: colour ?? Self.spreadColour(Int(item.id) + 1),
          hasObjects: item.objects ?? false))
    }
    self.init(name: form.name, entries: entries)
  }

  /// The palette in the form that is read, with sorted keys.
  public func json() throws -> Data {
    let form = Form(
      name: name,
      classes: entries.map {
        Form.Class(
          id: $0.id, name: $0.name, colour: Self.text($0.colour),
          objects: $0.hasObjects ? true : nil)
      })
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return try encoder.encode(form)
  }

  private struct Form: Codable {
    struct Class: Codable {
      var id: Int32
      var name: String
      var colour: String?
      var objects: Bool?
    }
    var name: String
    var classes: [Class]
  }

  /// Reads `#4682b4`.
  static func colour(_ text: String) -> [UInt8]? {
    guard text.hasPrefix("#"), text.utf8.count == 7, let value = UInt32(text.dropFirst(), radix: 16)
    else { return nil }
    return [UInt8(value >> 16), UInt8(value >> 8 & 255), UInt8(value & 255)]
  }

  private static func text(_ colour: [UInt8]) -> String {
    "#" + colour.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
  }

  /// Colour `index` of the PASCAL VOC map: the index's bits, three by three from the lowest, go to
  /// red, green and blue from their highest bit down.
  static func spreadColour(_ index: Int) -> [UInt8] {
    var colour: [UInt8] = [0, 0, 0]
    var rest = index
    for bit in 0..<8 {
      for channel in 0..<3 { colour[channel] |= UInt8(rest >> channel & 1) << (7 - bit) }
      rest >>= 3
    }
    return colour
  }
}
