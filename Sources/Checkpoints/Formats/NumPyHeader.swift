/// The header of an `.npy` file: a Python dictionary of type, order and shape.
///
/// Read by a reader of exactly that grammar; nothing is evaluated.
struct NumPyHeader {
  /// The type code with its byte order, such as `<f4`.
  let descriptor: String
  let isFortran: Bool
  let shape: [Int]
  /// Where the elements start.
  let dataStart: Int

  static let magic: [UInt8] = [0x93, 0x4E, 0x55, 0x4D, 0x50, 0x59]

  /// Longer headers belong to no array of numbers.
  private static let lengthLimit = 1 << 20

  init(_ bytes: ByteRegion) throws {
    guard bytes.holds(Self.magic) else {
      throw bytes.malformed(at: 0, expected: "an .npy file's first bytes", found: "others")
    }
    let version = try bytes.integer(UInt8.self, at: 6)
    guard (1...3).contains(version) else {
      throw bytes.malformed(at: 6, expected: "version 1, 2 or 3", found: "\(version)")
    }
    let start = version == 1 ? 10 : 12
    let length =
      try version == 1
      ? Int(bytes.integer(UInt16.self, at: 8)) : Int(bytes.integer(UInt32.self, at: 8))
    guard length <= Self.lengthLimit else {
      throw CheckpointError.tooLarge(
        file: bytes.name, place: "byte \(bytes.range.lowerBound + 8)",
        what: "a header of \(length)",
        limit: "\(Self.lengthLimit) bytes")
    }
    let text = try bytes.region(at: start, count: length)
    var reader = Reader(text)
    var descriptor: String?
    var isFortran: Bool?
    var shape: [Int]?
    try reader.expect("{")
    while !reader.take("}") {
      let key = try reader.string()
      try reader.expect(":")
      switch key {
      case "descr" where descriptor == nil: descriptor = try reader.string()
      case "fortran_order" where isFortran == nil: isFortran = try reader.truth()
      case "shape" where shape == nil: shape = try reader.tuple()
      default: throw reader.failure("the keys descr, fortran_order and shape once")
      }
      if !reader.take(",") {
        try reader.expect("}")
        break
      }
    }
    guard let descriptor, let isFortran, let shape else {
      throw reader.failure("the keys descr, fortran_order and shape")
    }
    self.descriptor = descriptor
    self.isFortran = isFortran
    self.shape = shape
    dataStart = start + length
  }

  /// Reads the few Python literals that a header holds.
  private struct Reader {
    private let bytes: ByteRegion
    private let text: [UInt8]
    private var position = 0

    init(_ bytes: ByteRegion) {
      self.bytes = bytes
      text = bytes.withUnsafeBytes { Array($0) }
    }

    func failure(_ expected: String) -> CheckpointError {
      let rest = text.dropFirst(position).prefix(20)
      return bytes.malformed(
        at: position, expected: "\(expected) in the header",
        found: rest.isEmpty ? "its end" : "'\(String(decoding: rest, as: UTF8.self))'")
    }

    private mutating func skipBlanks() {
      while position < text.count, [0x20, 0x0A, 0x09].contains(text[position]) { position += 1 }
    }

    mutating func take(_ token: String) -> Bool {
      skipBlanks()
      guard text[position...].starts(with: token.utf8) else { return false }
      position += token.utf8.count
      return true
    }

    mutating func expect(_ token: String) throws {
      guard take(token) else { throw failure("'\(token)'") }
    }

    mutating func string() throws -> String {
      let quote: UInt8
      if take("'") {
        quote = 0x27
      } else if take("\"") {
        quote = 0x22
      } else if take("[") {
        throw CheckpointError.refused(
          file: bytes.name, place: "the header", what: "a structured NumPy element type",
          advice: "Save its fields as arrays of their own.")
      } else {
        throw failure("a quoted string")
      }
      guard let end = text[position...].firstIndex(of: quote) else { throw failure("a quote") }
      defer { position = end + 1 }
      return String(decoding: text[position..<end], as: UTF8.self)
    }

    mutating func truth() throws -> Bool {
      if take("True") { return true }
      if take("False") { return false }
      throw failure("True or False")
    }

    mutating func tuple() throws -> [Int] {
      var values: [Int] = []
      try expect("(")
      while !take(")") {
        skipBlanks()
        let digits = text[position...].prefix { (0x30...0x39).contains($0) }
        guard let value = Int(String(decoding: digits, as: UTF8.self)), values.count < 32 else {
          throw failure("an extent")
        }
        position += digits.count
        values.append(value)
        // Python 2 marks long integers.
        _ = take("L")
        if !take(",") {
          try expect(")")
          break
        }
      }
      return values
    }
  }
}
