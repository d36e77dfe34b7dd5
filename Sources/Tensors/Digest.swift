import CCrypto
import Foundation

/// A SHA-256 digest: the name of content in recipes, projects and weight lists.
///
/// Written as `sha256:` and 64 hexadecimal digits.
public struct Digest: Hashable, Sendable {
  /// The 64 lower-case hexadecimal digits.
  public let hexadecimal: String

  /// A digest from `sha256:…` or from 64 plain hexadecimal digits; `nil` for anything else.
  public init?(_ text: String) {
    let digits = text.hasPrefix("sha256:") ? text.dropFirst(7) : Substring(text)
    guard digits.utf8.count == 64, digits.allSatisfy({ $0.isASCII && $0.isHexDigit }) else {
      return nil
    }
    hexadecimal = digits.lowercased()
  }

  private init(hexadecimal: String) { self.hexadecimal = hexadecimal }

  /// The digest of bytes in memory.
  public init(of bytes: some ContiguousBytes) {
    var hasher = Hasher()
    bytes.withUnsafeBytes { hasher.update($0) }
    self = hasher.finalize()
  }

  /// The digest of a tensor's shape and little-endian elements.
  public init(of tensor: Tensor) {
    var hasher = Hasher()
    hasher.update(Data("f32\(tensor.shape)".utf8))
    tensor.withUnsafeBuffer { hasher.update(UnsafeRawBufferPointer($0)) }
    self = hasher.finalize()
  }

  /// The first twelve digits, for people.
  public var short: String { String(hexadecimal.prefix(12)) }

  /// Digests a stream piece by piece.
  public struct Hasher: ~Copyable {
    private let context: OpaquePointer?

    /// A hasher that has seen nothing yet.
    public init() {
      context = EVP_MD_CTX_new()
      EVP_DigestInit_ex(context, EVP_sha256(), nil)
    }

    /// Adds bytes.
    public mutating func update(_ bytes: some ContiguousBytes) {
      bytes.withUnsafeBytes { _ = EVP_DigestUpdate(context, $0.baseAddress, $0.count) }
    }

    /// The digest of everything added.
    public consuming func finalize() -> Digest {
      var bytes = [UInt8](repeating: 0, count: 32)
      EVP_DigestFinal_ex(context, &bytes, nil)
      let digits = Array("0123456789abcdef".utf8)
      let text = bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }
      return Digest(hexadecimal: String(decoding: text, as: UTF8.self))
    }

    deinit { EVP_MD_CTX_free(context) }
  }
}

extension Digest: CustomStringConvertible {
  /// `sha256:` and the digits.
  public var description: String { "sha256:" + hexadecimal }
}

extension Digest: Codable {
  /// Reads `"sha256:…"`.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    let text = try container.decode(String.self)
    guard let digest = Digest(text) else {
      throw DecodingError.dataCorruptedError(
        in: container, debugDescription: "'\(text)' is not sha256: and 64 hexadecimal digits")
    }
    self = digest
  }

  /// Writes `"sha256:…"`.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(description)
  }
}
