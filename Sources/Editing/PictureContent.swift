import Foundation
import Imaging
import Tensors

/// Large tensors of a ``PictureDocument`` as texts of their own.
///
/// Programs that read PNGs refuse texts of more than a megabyte (Pillow does), so a tensor is cut into
/// parts: `sha256:… 2/7 [512, 512] f32 base64`. Numbers whose lower halves are all 0 are stored as
/// `bf16`, their upper halves.
enum PictureContent {
  /// The keyword of the parts.
  static let keyword = "atelier:content"
  /// Tensors of more bytes stand in texts of their own.
  static let largestInline = 96 << 10
  /// All parts of a picture take at most so many characters, or the largest tensors stay out.
  static let largestSum = 48 << 20
  private static let partBytes = 540_000

  /// Whether a tensor stands in texts of its own.
  static func isLarge(_ tensor: Tensor) -> Bool { 4 * tensor.count > largestInline }

  /// The texts of large tensors, by digest.
  static func texts(_ tensors: [Digest: Tensor]) -> [PNGText] {
    var sum = 0
    return tensors.filter { isLarge($0.value) }
      .sorted { ($0.value.count, $0.key.description) < ($1.value.count, $1.key.description) }
      .flatMap { digest, tensor -> [PNGText] in
        let (type, data) = packed(tensor)
        sum += data.count * 4 / 3
        // What comes after is larger still.
        guard sum <= largestSum else { return [] }
        let parts = (data.count + partBytes - 1) / partBytes
        return (0..<parts).map { part in
          let bytes = data[part * partBytes..<min((part + 1) * partBytes, data.count)]
          let shape = tensor.shape.dimensions.map(String.init).joined(separator: "x")
          return PNGText(
            keyword: keyword,
            text: "\(digest) \(part + 1)/\(parts) \(shape) \(type) \(bytes.base64EncodedString())")
        }
      }
  }

  /// The tensors in a PNG's texts; throws for parts that are damaged or missing.
  static func tensors(in texts: [PNGText]) throws(EditingError) -> [Digest: Tensor] {
    var parts: [Digest: [Part]] = [:]
    for text in texts where text.keyword == keyword {
      let part = try Part(text.text)
      parts[part.digest, default: []].append(part)
    }
    var tensors: [Digest: Tensor] = [:]
    for (digest, found) in parts {
      let ordered = found.sorted { $0.number < $1.number }
      guard let first = ordered.first, ordered.map(\.number) == Array(1...first.count),
        let tensor = first.tensor(ordered.reduce(into: Data()) { $0 += $1.data }),
        Digest(of: tensor) == digest
      else { throw damaged(digest.description) }
      tensors[digest] = tensor
    }
    return tensors
  }

  private static func packed(_ tensor: Tensor) -> (type: String, data: Data) {
    tensor.withUnsafeBuffer { values in
      guard values.allSatisfy({ $0.bitPattern & 0xFFFF == 0 }) else {
        return ("f32", Data(buffer: values))
      }
      let halves = values.map { UInt16($0.bitPattern >> 16).littleEndian }
      return ("bf16", halves.withUnsafeBufferPointer { Data(buffer: $0) })
    }
  }

  private static func damaged(_ what: String) -> EditingError {
    .invalidRecipe(reason: "the tensor \(what.prefix(19))… is damaged")
  }

  /// One text.
  private struct Part {
    let digest: Digest
    let number, count: Int
    let shape: Shape
    let type: String
    let data: Data

    init(_ text: String) throws(EditingError) {
      let words = text.split(separator: " ", omittingEmptySubsequences: false)
      let place = words.count == 5 ? words[1].split(separator: "/").compactMap { Int($0) } : []
      let extents = words.count == 5 ? words[2].split(separator: "x").map { Int($0) ?? -1 } : [-1]
      var elements = 1
      for extent in extents {
        let (product, overflows) = elements.multipliedReportingOverflow(by: extent)
        guard extent >= 0, !overflows else { throw PictureContent.damaged(text) }
        elements = product
      }
      guard place.count == 2, (1...10_000).contains(place[1]),
        let digest = Digest(String(words[0])),
        let data = Data(base64Encoded: String(words[4])), ["f32", "bf16"].contains(words[3])
      else { throw PictureContent.damaged(text) }
      (self.digest, number, count) = (digest, place[0], place[1])
      (shape, type, self.data) = (Shape(extents), String(words[3]), data)
    }

    /// The whole tensor; `nil` where the bytes are not as many as its shape says.
    func tensor(_ data: Data) -> Tensor? {
      let width = type == "f32" ? 4 : 2
      guard data.count % width == 0, shape.count == data.count / width else { return nil }
      return Tensor(uninitialized: shape) { values in
        data.withUnsafeBytes { bytes in
          for i in values.indices {
            values[i] =
              width == 4
              ? bytes.loadUnaligned(fromByteOffset: 4 * i, as: Float.self)
              : Float(
                bitPattern: UInt32(
                  UInt16(
                    littleEndian: bytes.loadUnaligned(fromByteOffset: 2 * i, as: UInt16.self)))
                  << 16)
          }
        }
      }
    }
  }
}
