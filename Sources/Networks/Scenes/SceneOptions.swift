import Checkpoints
import Foundation

/// The options of the official scripts that a network's tensors cannot tell, such as `no_instance`
/// or `crop_size`.
///
/// They come from the `opt.txt` that the scripts write beside a checkpoint, from a JSON object, or
/// from the command line; names and values are those of the scripts.
public struct SceneOptions: Hashable, Sendable {
  /// The values as text, by option.
  public var values: [String: String]

  /// Options by name.
  public init(_ values: [String: String] = [:]) { self.values = values }

  /// The value of an option as text, `nil` where nothing is said of it.
  public subscript(option: String) -> String? {
    get { values[option] }
    set { values[option] = newValue }
  }

  /// The options of another set over these.
  public func overridden(by other: SceneOptions) -> SceneOptions {
    SceneOptions(values.merging(other.values) { $1 })
  }

  /// Reads `key: value` lines, as both projects write them, or a JSON object.
  public init(contentsOf url: URL) throws {
    let limit = 1 << 20
    let handle = try FileHandle(forReadingFrom: url)
    defer { try? handle.close() }
    let data = try handle.read(upToCount: limit + 1) ?? Data()
    guard data.count <= limit else {
      throw NetworkError.invalidConfiguration(
        file: url.path, reason: "it is larger than 1 MB, so it holds no options")
    }
    if data.first(where: { !" \n\r\t".utf8.contains($0) }) == UInt8(ascii: "{") {
      try self.init(json: data, file: url.path)
    } else {
      self.init(text: String(decoding: data, as: UTF8.self))
    }
  }

  /// Reads the text of an `opt.txt`.
  public init(text: String) {
    values = [:]
    for line in text.split(whereSeparator: \.isNewline) {
      guard let colon = line.firstIndex(of: ":") else { continue }
      let key = line[..<colon].trimmingCharacters(in: .whitespaces)
      var value = line[line.index(after: colon)...]
      // SPADE adds what would have been the default.
      if let remark = value.range(of: "[default:") { value = value[..<remark.lowerBound] }
      if !key.isEmpty, !key.contains(" ") {
        values[key] = value.trimmingCharacters(in: .whitespaces)
      }
    }
  }

  private init(json: Data, file: String) throws {
    guard let object = try? JSONSerialization.jsonObject(with: json) as? [String: Any] else {
      throw NetworkError.invalidConfiguration(file: file, reason: "it is no JSON object")
    }
    self.init(object: object)
  }

  /// The options of a parsed JSON object; anything but text, numbers and truth values is left out.
  public init(object: [String: Any]) {
    values = object.compactMapValues { value in
      switch value {
      case let text as String: text
      case let number as NSNumber: Self.text(number)
      default: nil
      }
    }
  }

  private static func text(_ number: NSNumber) -> String {
    // JSON's truth values are numbers, too.
    if String(cString: number.objCType) == "c" { return number.boolValue ? "True" : "False" }
    let value = number.doubleValue
    return value == value.rounded() && abs(value) < 1e15 ? "\(Int(value))" : "\(value)"
  }

  /// The options in `opt.txt` or `opt.json` beside a checkpoint; none where there is no such file.
  static func beside(_ checkpoint: URL) throws -> SceneOptions {
    let folder = checkpoint.deletingLastPathComponent()
    for name in ["opt.json", "opt.txt"] {
      let url = folder.appendingPathComponent(name)
      if FileManager.default.fileExists(atPath: url.path) {
        return try SceneOptions(contentsOf: url)
      }
    }
    return SceneOptions()
  }

  /// A truth value; `nil` where nothing is said.
  func flag(_ option: String, file: String) throws -> Bool? {
    guard let text = values[option]?.lowercased() else { return nil }
    if ["true", "1", "yes"].contains(text) { return true }
    if ["false", "0", "no", "none", ""].contains(text) { return false }
    throw refusal(option, text, "True or False", file)
  }

  /// A whole number; `nil` where nothing is said.
  func integer(_ option: String, file: String) throws -> Int? {
    guard let text = values[option] else { return nil }
    guard let value = Int(text), (0...1_000_000).contains(value) else {
      throw refusal(option, text, "a whole number", file)
    }
    return value
  }

  /// A number above 0; `nil` where nothing is said.
  func number(_ option: String, file: String) throws -> Double? {
    guard let text = values[option] else { return nil }
    guard let value = Double(text), value > 0, value < 1e6 else {
      throw refusal(option, text, "a number above 0", file)
    }
    return value
  }

  private func refusal(
    _ option: String, _ value: String, _ supported: String, _ file: String
  ) -> NetworkError {
    .unsupportedOption(file: file, option: option, value: value, supported: supported)
  }
}
