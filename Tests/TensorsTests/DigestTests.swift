import Foundation
import Tensors
import Testing

@Suite("Digest")
struct DigestTests {
  /// FIPS 180-2, appendix B, and the empty message.
  static let vectors = [
    ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
    ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
    (
      "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
      "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
    ),
  ]

  @Test("Published vectors", arguments: vectors)
  func published(text: String, digits: String) {
    #expect(Digest(of: Data(text.utf8)).hexadecimal == digits)
    #expect("\(Digest(of: Data(text.utf8)))" == "sha256:" + digits)
  }

  @Test("A million letters, piece by piece")
  func pieces() {
    var hasher = Digest.Hasher()
    for size in [1, 63, 64, 65, 999_807] {
      hasher.update(Data(repeating: UInt8(ascii: "a"), count: size))
    }
    #expect(
      hasher.finalize().hexadecimal
        == "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0")
  }

  @Test(
    "Only 64 hexadecimal digits are a digest",
    arguments: [
      "", "sha256:", String(repeating: "a", count: 63), String(repeating: "a", count: 65),
      "sha256:" + String(repeating: "g", count: 64), "SHA256:" + String(repeating: "a", count: 64),
      "sha1:" + String(repeating: "a", count: 64), String(repeating: "é", count: 32),
    ])
  func refused(text: String) {
    #expect(Digest(text) == nil)
  }

  @Test("Digests are read in either case and written in lower case")
  func reading() throws {
    let digest = try #require(Digest("sha256:" + String(repeating: "AB", count: 32)))
    #expect(digest == Digest(String(repeating: "ab", count: 32)))
    #expect(digest.short == "abababababab")
    let json = try JSONEncoder().encode([digest])
    #expect(String(decoding: json, as: UTF8.self) == "[\"\(digest)\"]")
    #expect(try JSONDecoder().decode([Digest].self, from: json) == [digest])
    #expect(throws: DecodingError.self) {
      try JSONDecoder().decode([Digest].self, from: Data(#"["sha256:12"]"#.utf8))
    }
  }

  @Test("A tensor's digest names shape and elements")
  func tensors() {
    let tensor = Tensor([1, 2, 3, 4], shape: [2, 2])
    var bytes = Data("f32[2, 2]".utf8)
    for value: Float in [1, 2, 3, 4] {
      withUnsafeBytes(of: value.bitPattern.littleEndian) { bytes.append(contentsOf: $0) }
    }
    #expect(Digest(of: tensor) == Digest(of: bytes))
    #expect(Digest(of: tensor) != Digest(of: tensor.reshaped([4])))
    #expect(Digest(of: Tensor(0)) != Digest(of: Tensor(-0.0)))
  }
}
