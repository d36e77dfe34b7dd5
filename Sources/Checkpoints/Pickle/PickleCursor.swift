/// Reads a pickle's instructions one after the other, every length checked before use.
struct PickleCursor {
  let bytes: ByteRegion

  /// Where the next byte is read, from the start of `bytes`.
  private(set) var position: Int

  /// Where the current instruction began.
  private(set) var start: Int

  init(_ bytes: ByteRegion, at position: Int) {
    self.bytes = bytes
    self.position = position
    start = position
  }

  /// The next instruction.
  mutating func opcode() throws -> Opcode {
    start = position
    let byte = try integer(UInt8.self)
    guard let opcode = Opcode(rawValue: byte) else {
      throw bytes.malformed(
        at: start, expected: "a pickle opcode", found: "0x\(String(byte, radix: 16))")
    }
    return opcode
  }

  /// The next little-endian integer.
  mutating func integer<Integer: FixedWidthInteger>(_ type: Integer.Type) throws -> Integer {
    let value = try bytes.integer(type, at: position)
    position += MemoryLayout<Integer>.size
    return value
  }

  /// The next `count` bytes.
  mutating func take(_ count: Int) throws -> ByteRegion {
    let region = try bytes.region(at: position, count: count)
    position += count
    return region
  }

  /// A count of `width` bytes, then so many bytes.
  mutating func counted(_ width: Int) throws -> ByteRegion {
    let count: UInt64 =
      switch width {
      case 1: try UInt64(integer(UInt8.self))
      case 4: try UInt64(integer(UInt32.self))
      default: try integer(UInt64.self)
      }
    return try take(Int(clamping: count))
  }

  /// The bytes up to the next line feed, which is passed over.
  mutating func line() throws -> ByteRegion {
    let rest = try bytes.suffix(from: position)
    guard let length = rest.withUnsafeBytes({ $0.firstIndex(of: 0x0A) }) else {
      throw CheckpointError.truncated(
        file: bytes.name, position: rest.range.lowerBound, needed: UInt64(rest.count) + 1,
        available: rest.count)
    }
    let line = try rest.region(at: 0, count: length)
    position += length + 1
    return line
  }

  /// Passes over an instruction's argument.
  mutating func skip(_ argument: Opcode.Argument) throws {
    switch argument {
    case .fixed(let count): _ = try take(count)
    case .lines(let count): for _ in 0..<count { _ = try line() }
    case .counted(let width): _ = try counted(width)
    }
  }

  /// Whether the pickle at the start of `bytes` names one of `modules` before it stops or breaks.
  ///
  /// Follows the instructions without running them, so strings inside arrays do not count.
  static func scan(_ bytes: ByteRegion, for modules: [String]) -> Bool {
    var cursor = PickleCursor(bytes, at: 0)
    do {
      while true {
        let opcode = try cursor.opcode()
        switch opcode {
        case .stop: return false
        case .global:
          let module = try cursor.line()
          _ = try cursor.line()
          if modules.contains(where: { module.count == $0.utf8.count && module.holds($0) }) {
            return true
          }
        case .shortBinUnicode:
          let text = try cursor.counted(1)
          if modules.contains(where: { text.count == $0.utf8.count && text.holds($0) }) {
            return true
          }
        default: try cursor.skip(opcode.argument)
        }
      }
    } catch {
      return false
    }
  }
}
