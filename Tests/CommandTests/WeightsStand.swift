import Foundation
import TestSupport

/// A weights folder of its own, with an index of a file that lies beside it.
struct WeightsStand {
  /// Holds the source; the weights folder lies within.
  let folder: URL
  /// What `small` is fetched from.
  var source: URL { folder.appendingPathComponent("source.safetensors") }
  /// What `source` held at first.
  let original = WeightsStand.safetensors(value: 1)
  /// The tool with this weights folder.
  var tool: CommandLineTool {
    CommandLineTool(environment: ["ATELIER_WEIGHTS": folder.appendingPathComponent("W").path])
  }

  /// Runs `body` with a folder whose index offers `small`, without a digest, and `wrong`, with one
  /// that is not that of its file.
  static func with(_ body: (WeightsStand) throws -> Void) throws {
    try ReferenceData.withTemporaryFolder { folder in
      let stand = WeightsStand(folder: folder)
      try stand.original.write(to: stand.source)
      try FileManager.default.createDirectory(
        at: folder.appendingPathComponent("W"), withIntermediateDirectories: false)
      let address = stand.source.absoluteString
      let wrong = String(repeating: "0", count: 64)
      try stand.write(
        index([
          .init(name: "small", url: address),
          .init(name: "wrong", url: address, sha256: wrong),
        ]),
        to: "index.json")
      try body(stand)
    }
  }

  /// A file in the weights folder.
  func file(_ name: String) -> URL { folder.appendingPathComponent("W/\(name)") }

  /// What a file in the weights folder holds.
  func data(_ name: String) throws -> Data { try Data(contentsOf: file(name)) }

  /// Writes a text into the weights folder.
  func write(_ text: String, to name: String) throws { try Data(text.utf8).write(to: file(name)) }

  /// All that lies in the weights folder, hidden files too.
  func names() throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: folder.appendingPathComponent("W").path)
      .sorted()
  }

  /// An entry of an index, as JSON text.
  struct Entry {
    var name: String
    var file: String
    var source: String
    var sha256: String?
    var converted: String?

    init(
      name: String, file: String? = nil, url: String = "https://host.invalid/a.safetensors",
      source: String? = nil, sha256: String? = nil, converted: String? = nil
    ) {
      self.name = name
      self.file = file ?? "\(name).safetensors"
      self.source = source ?? #"{"url": "\#(url)"}"#
      self.sha256 = sha256
      self.converted = converted
    }

    var json: String {
      """
      {"name": "\(name)", "family": "StyleGAN2", "resolution": 8, "description": "A test.",
       "source": \(source), "file": "\(file)", "licence": "Test licence", "terms": null,
       "lineage": "Made for this test.", "sha256": \(sha256.map { "\"\($0)\"" } ?? "null"),
       "bytes": null, "converted": \(converted ?? "null"), "note": null}
      """
    }
  }

  /// The text of an index.
  static func index(_ entries: [Entry]) -> String {
    #"{"version": 1, "weights": [\#(entries.map(\.json).joined(separator: ",\n"))]}"#
  }

  /// A safetensors file of two numbers.
  static func safetensors(value: Float) -> Data {
    let header = #"{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}"#
    var data = Data()
    withUnsafeBytes(of: UInt64(header.utf8.count).littleEndian) { data.append(contentsOf: $0) }
    data.append(contentsOf: header.utf8)
    for number in [value, -value] {
      withUnsafeBytes(of: number.bitPattern.littleEndian) { data.append(contentsOf: $0) }
    }
    return data
  }
}
