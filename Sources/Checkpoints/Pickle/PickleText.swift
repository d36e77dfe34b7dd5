import Foundation

/// Numbers and strings as pickles write them.
enum PickleText {
  /// Digits or bytes of one integer that are still worth converting.
  static let integerLimit = 1024

  /// The line of INT or LONG: `7`, `-12L`, or `00` and `01` for truth values.
  static func integer(_ line: ByteRegion) throws -> PickleHeap.Slot {
    if line.holds("00"), line.count == 2 { return .boolean(false) }
    if line.holds("01"), line.count == 2 { return .boolean(true) }
    try checkLength(line)
    var text = Substring(line.text)
    if text.hasSuffix("L") { text = text.dropLast() }
    if let value = Int64(text) { return .integer(value) }
    let digits = text.hasPrefix("-") ? text.dropFirst() : text
    guard !digits.isEmpty, digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else {
      throw line.malformed(at: 0, expected: "an integer", found: "'\(text.prefix(40))'")
    }
    let significant = digits.drop { $0 == "0" }
    return .bigInteger((text.hasPrefix("-") ? "-" : "") + significant)
  }

  /// The bytes of LONG1 or LONG4: little-endian, two's complement, any length.
  static func binaryInteger(_ bytes: ByteRegion) throws -> PickleHeap.Slot {
    try checkLength(bytes)
    var limbs = bytes.withUnsafeBytes { Array($0) }
    let isNegative = (limbs.last ?? 0) >= 0x80
    if limbs.count <= 8 {
      var value: UInt64 = isNegative ? .max : 0
      for byte in limbs.reversed() { value = value << 8 | UInt64(byte) }
      return .integer(Int64(bitPattern: value))
    }
    if isNegative {
      // The magnitude is the complement plus one.
      var carry = true
      for index in limbs.indices {
        limbs[index] = ~limbs[index]
        if carry { (limbs[index], carry) = limbs[index].addingReportingOverflow(1) }
      }
    }
    let digits = decimal(limbs)
    let text = (isNegative ? "-" : "") + digits
    return Int64(text).map { .integer($0) } ?? .bigInteger(text)
  }

  /// The decimal digits of a little-endian magnitude.
  private static func decimal(_ magnitude: [UInt8]) -> String {
    var limbs = magnitude
    var groups: [UInt32] = []
    while let last = limbs.last {
      if last == 0 {
        limbs.removeLast()
        continue
      }
      var remainder: UInt64 = 0
      for index in limbs.indices.reversed() {
        let value = remainder << 8 | UInt64(limbs[index])
        limbs[index] = UInt8(value / 1_000_000_000 & 0xFF)
        remainder = value % 1_000_000_000
      }
      groups.append(UInt32(remainder))
    }
    guard let first = groups.popLast() else { return "0" }
    return groups.reversed().reduce(String(first)) { text, group in
      let digits = String(group)
      return text + String(repeating: "0", count: 9 - digits.count) + digits
    }
  }

  private static func checkLength(_ bytes: ByteRegion) throws {
    guard bytes.count <= integerLimit else {
      throw CheckpointError.tooLarge(
        file: bytes.name, place: "byte \(bytes.range.lowerBound)",
        what: "an integer of \(bytes.count) bytes", limit: "\(integerLimit) bytes")
    }
  }

  /// The line of FLOAT.
  static func real(_ line: ByteRegion) throws -> Double {
    let text = line.count <= integerLimit ? line.text : ""
    guard let value = Double(text) else {
      throw line.malformed(at: 0, expected: "a number", found: "'\(text.prefix(40))'")
    }
    return value
  }

  /// The line of PUT or GET.
  static func index(_ line: ByteRegion) throws -> UInt64 {
    let text = line.count <= integerLimit ? line.text : ""
    guard let value = UInt64(text) else {
      throw line.malformed(at: 0, expected: "a memo index", found: "'\(text.prefix(40))'")
    }
    return value
  }

  /// The line of STRING: Python 2's quoted bytes with their escapes undone.
  static func quoted(_ line: ByteRegion) throws -> ByteRegion {
    let bytes = line.withUnsafeBytes { Array($0) }
    guard bytes.count >= 2, let quote = bytes.first, quote == 0x27 || quote == 0x22,
      bytes.last == quote
    else {
      throw line.malformed(at: 0, expected: "a quoted string", found: "no quotes")
    }
    let body = bytes[1..<bytes.count - 1]
    guard body.contains(0x5C) else { return try line.region(at: 1, count: body.count) }
    var result: [UInt8] = []
    var index = body.startIndex
    while index < body.endIndex {
      guard body[index] == 0x5C, index + 1 < body.endIndex else {
        result.append(body[index])
        index += 1
        continue
      }
      let (byte, length) = escape(body[(index + 1)...])
      if let byte { result.append(byte) }
      index += 1 + length
    }
    return MappedFile(named: line.name, copying: result).region
  }

  /// What stands for a backslash followed by `rest`, and how much of `rest` it takes.
  private static func escape(_ rest: ArraySlice<UInt8>) -> (byte: UInt8?, length: Int) {
    guard let first = rest.first else { return (0x5C, 0) }
    switch first {
    case UInt8(ascii: "n"): return (0x0A, 1)
    case UInt8(ascii: "t"): return (0x09, 1)
    case UInt8(ascii: "r"): return (0x0D, 1)
    case UInt8(ascii: "a"): return (0x07, 1)
    case UInt8(ascii: "b"): return (0x08, 1)
    case UInt8(ascii: "f"): return (0x0C, 1)
    case UInt8(ascii: "v"): return (0x0B, 1)
    case 0x5C, 0x27, 0x22: return (first, 1)
    case UInt8(ascii: "x"):
      let digits = String(decoding: rest.dropFirst().prefix(2), as: UTF8.self)
      return UInt8(digits, radix: 16).map { ($0, 1 + digits.utf8.count) } ?? (0x5C, 0)
    case UInt8(ascii: "0")...UInt8(ascii: "7"):
      let digits = rest.prefix(3).prefix { (0x30...0x37).contains($0) }
      let value = digits.reduce(0) { $0 * 8 + Int($1 - 0x30) }
      return (UInt8(truncatingIfNeeded: value), digits.count)
    default: return (0x5C, 0)
    }
  }

  /// The line of UNICODE: Latin-1 with `\uXXXX` and `\UXXXXXXXX`.
  static func escaped(_ line: ByteRegion) -> String {
    let bytes = line.withUnsafeBytes { Array($0) }
    var scalars = String.UnicodeScalarView()
    var index = 0
    while index < bytes.count {
      let width =
        index + 1 < bytes.count && bytes[index] == 0x5C
        ? [UInt8(ascii: "u"): 4, UInt8(ascii: "U"): 8][bytes[index + 1]] ?? 0 : 0
      let digits = String(decoding: bytes[index...].dropFirst(2).prefix(width), as: UTF8.self)
      if width > 0, digits.utf8.count == width, let value = UInt32(digits, radix: 16) {
        // A lone surrogate is no Unicode character; it becomes the replacement character.
        scalars.append(Unicode.Scalar(value) ?? "\u{FFFD}")
        index += 2 + width
      } else {
        scalars.append(Unicode.Scalar(bytes[index]))
        index += 1
      }
    }
    return String(scalars)
  }
}
