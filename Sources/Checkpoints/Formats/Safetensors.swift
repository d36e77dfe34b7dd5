import Foundation

/// The safetensors format: a JSON header of names, types, shapes and places, then the bytes.
///
/// The header's places must cover the rest of the file exactly, without overlap or hole.
public enum Safetensors: FormatReader {
  static let format = CheckpointFormat("safetensors", "Hugging Face, and Atelier itself")

  /// The longest header that the format allows.
  static let headerLimit = 100_000_000

  static func recognizes(_ bytes: ByteRegion) -> Bool {
    guard let length = try? bytes.integer(UInt64.self, at: 0), length >= 2,
      length <= UInt64(headerLimit)
    else { return false }
    // No well-known file has seven zero bytes' worth of small number and then a brace.
    return bytes.holds("{", at: 8)
  }

  static func read(_ bytes: ByteRegion, at url: URL) throws -> CheckpointContents {
    let length = try Int(clamping: bytes.integer(UInt64.self, at: 0))
    let text = try bytes.region(at: 8, count: length)
    let data = try bytes.suffix(from: 8 + length)
    let header = try decode(text)
    var contents = CheckpointContents()
    contents.metadata = header.metadata
    var position = 0
    for (name, entry) in header.entries.sorted(by: inFileOrder) {
      func malformed(_ expected: String, _ found: String) -> CheckpointError {
        .malformed(
          file: bytes.name, place: "tensor '\(name)'", expected: expected, found: found)
      }
      guard let type = types[entry.dtype] else {
        throw CheckpointError.refused(
          file: bytes.name, place: "tensor '\(name)'", what: "the element type '\(entry.dtype)'",
          advice: "Convert it to one of \(types.keys.sorted().joined(separator: ", ")).")
      }
      guard entry.offsets.count == 2, entry.offsets[0] == position, entry.offsets[1] >= position
      else {
        throw malformed("bytes from \(position) on, without overlap or hole", "\(entry.offsets)")
      }
      let region = try data.region(at: position, count: entry.offsets[1] - position)
      let layout = try TensorLayout(
        dimensions: entry.shape, storageCount: region.count / type.size, file: bytes.name,
        place: "tensor '\(name)'")
      guard layout.count * type.size == region.count else {
        throw malformed(
          "\(layout.count * type.size) bytes for \(type) \(entry.shape)", "\(region.count)")
      }
      contents.tensors.append((name, StoredTensor(type: type, layout: layout, bytes: region)))
      position = entry.offsets[1]
    }
    guard position == data.count else {
      throw data.malformed(
        at: position, expected: "the end of the file", found: "\(data.count - position) more bytes")
    }
    return contents
  }

  private static func inFileOrder(
    _ a: (key: String, value: Entry), _ b: (key: String, value: Entry)
  ) -> Bool {
    let (left, right) = (a.value.offsets, b.value.offsets)
    return left == right ? a.key < b.key : left.lexicographicallyPrecedes(right)
  }

  /// What the header says of one tensor.
  private struct Entry: Decodable {
    let dtype: String
    let shape: [Int]
    let offsets: [Int]

    enum CodingKeys: String, CodingKey {
      case dtype, shape
      case offsets = "data_offsets"
    }
  }

  /// The header: tensors by name, and free text under `__metadata__`.
  private struct Header: Decodable {
    var entries: [String: Entry] = [:]
    var metadata: [String: String] = [:]
    /// Keys of the header and of its members, to compare with those in the text.
    var keyCount = 0

    struct Name: CodingKey {
      let stringValue: String
      var intValue: Int? { nil }
      init(stringValue: String) { self.stringValue = stringValue }
      init?(intValue: Int) { nil }
    }

    init(from decoder: any Decoder) throws {
      let container = try decoder.container(keyedBy: Name.self)
      for name in container.allKeys {
        let members = try container.nestedContainer(keyedBy: Name.self, forKey: name)
        keyCount += 1 + members.allKeys.count
        if name.stringValue == "__metadata__" {
          metadata = try container.decode([String: String].self, forKey: name)
        } else {
          entries[name.stringValue] = try container.decode(Entry.self, forKey: name)
        }
      }
    }
  }

  private static func decode(_ text: ByteRegion) throws -> Header {
    let census = JSONCensus(text)
    guard census.values <= 4_000_000 else {
      throw CheckpointError.tooLarge(
        file: text.name, place: "the header", what: "\(census.values) values", limit: "4000000")
    }
    do {
      let header = try JSONDecoder().decode(Header.self, from: text.data)
      guard header.keyCount == census.keys else {
        throw text.malformed(at: 0, expected: "every header key once", found: "one twice")
      }
      return header
    } catch let error as CheckpointError {
      throw error
    } catch {
      throw text.malformed(
        at: 0, expected: "a safetensors header", found: "other JSON (\(summary(error)))")
    }
  }

  private static func summary(_ error: any Error) -> String {
    guard let error = error as? DecodingError else { return "not well-formed" }
    switch error {
    case .typeMismatch(_, let context), .valueNotFound(_, let context),
      .keyNotFound(_, let context), .dataCorrupted(let context):
      let path = context.codingPath.map(\.stringValue).joined(separator: "/")
      return path.isEmpty ? "not well-formed" : "at '\(path)'"
    @unknown default: return "not well-formed"
    }
  }

  private static let types: [String: ScalarType] = [
    "BOOL": .bool, "U8": .u8, "I8": .i8, "I16": .i16, "U16": .u16, "I32": .i32, "U32": .u32,
    "I64": .i64, "U64": .u64, "F16": .f16, "BF16": .bf16, "F32": .f32, "F64": .f64,
    "C64": .complex64,
  ]
}

/// Counts what a JSON text holds before a parser builds it, and the keys that a parser would
/// silently drop when they come twice.
private struct JSONCensus {
  /// Keys of the outermost object and of its members.
  private(set) var keys = 0

  /// Values of any kind, at most.
  private(set) var values = 1

  init(_ text: ByteRegion) {
    text.withUnsafeBytes { bytes in
      var depth = 0
      var isInString = false
      var isEscaped = false
      for byte in bytes {
        if isInString {
          if isEscaped {
            isEscaped = false
          } else if byte == UInt8(ascii: "\\") {
            isEscaped = true
          } else if byte == UInt8(ascii: "\"") {
            isInString = false
          }
          continue
        }
        switch byte {
        case UInt8(ascii: "\""): isInString = true
        case UInt8(ascii: "{"), UInt8(ascii: "["):
          depth += 1
          values += 1
        case UInt8(ascii: "}"), UInt8(ascii: "]"): depth -= 1
        case UInt8(ascii: ","): values += 1
        case UInt8(ascii: ":") where depth <= 2: keys += 1
        default: break
        }
      }
    }
  }
}
