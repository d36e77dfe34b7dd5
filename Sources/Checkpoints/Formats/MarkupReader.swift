/// Reads the elements and attributes of plain XML.
///
/// No declarations, no entities but the five predefined and numbered ones, text ignored: as much
/// as tools write, and nothing that can reach other files or grow. Foundation's parser is not used
/// because it traps on malformed input.
struct MarkupReader {
  /// What comes next in the text.
  enum Event {
    case start(String, attributes: [String: String])
    case end
  }

  /// Elements inside each other.
  private static let depthLimit = 64

  private let source: ByteRegion
  private let text: [UInt8]
  private var position = 0
  private var open: [String] = []
  /// Whether the element just started has ended in its own tag.
  private var endsAtOnce = false
  private var hasStarted = false

  init(_ source: ByteRegion) {
    self.source = source
    text = source.withUnsafeBytes { Array($0) }
    if text.starts(with: [0xEF, 0xBB, 0xBF]) { position = 3 }
  }

  /// The names of the open elements, outermost first.
  var path: [String] { open }

  /// The next start or end of an element; `nil` after the end of the outermost one.
  mutating func next() throws -> Event? {
    if endsAtOnce {
      endsAtOnce = false
      open.removeLast()
      return .end
    }
    while true {
      guard !open.isEmpty || !hasStarted else { return try nothingElse() }
      guard let start = text[position...].firstIndex(of: UInt8(ascii: "<")) else {
        throw failure("the end of '\(open.last ?? "the first element")'", at: text.count)
      }
      position = start
      if take("<?") {
        try skip(past: "?>")
      } else if take("<!--") {
        try skip(past: "-->")
      } else if take("<!") {
        throw CheckpointError.refused(
          file: source.name, place: "byte \(start)", what: "an XML declaration",
          advice: "Networks need none.")
      } else if take("</") {
        let name = try name()
        skipBlanks()
        guard take(">"), open.popLast() == name else { throw failure("a matching end", at: start) }
        return .end
      } else {
        position += 1
        return try element()
      }
    }
  }

  private mutating func element() throws -> Event {
    let name = try name()
    guard open.count < Self.depthLimit else {
      throw failure("at most \(Self.depthLimit) elements in each other", at: position)
    }
    var attributes: [String: String] = [:]
    while true {
      let hasBlank = skipBlanks()
      if take(">") { break }
      if take("/>") {
        endsAtOnce = true
        break
      }
      guard hasBlank else { throw failure("a blank, '>' or '/>'", at: position) }
      let key = try self.name()
      skipBlanks()
      guard take("=") else { throw failure("'='", at: position) }
      skipBlanks()
      guard attributes.updateValue(try value(), forKey: key) == nil else {
        throw failure("the attribute '\(key)' once", at: position)
      }
    }
    open.append(name)
    hasStarted = true
    return .start(name, attributes: attributes)
  }

  private mutating func name() throws -> String {
    let ends = Array(" \t\r\n=<>/\"'&".utf8)
    let name = text[position...].prefix { !ends.contains($0) }
    guard !name.isEmpty else { throw failure("a name", at: position) }
    position += name.count
    return String(decoding: name, as: UTF8.self)
  }

  private mutating func value() throws -> String {
    guard let quote = ["\"", "'"].first(where: { take($0) })?.utf8.first,
      let end = text[position...].firstIndex(of: quote)
    else { throw failure("a quoted value", at: position) }
    let raw = text[position..<end]
    guard !raw.contains(UInt8(ascii: "<")) else {
      throw failure("a value without '<'", at: position)
    }
    position = end + 1
    guard raw.contains(UInt8(ascii: "&")) else { return String(decoding: raw, as: UTF8.self) }
    return try unescaped(raw)
  }

  private func unescaped(_ raw: ArraySlice<UInt8>) throws -> String {
    var result = ""
    var rest = raw
    while let ampersand = rest.firstIndex(of: UInt8(ascii: "&")) {
      result += String(decoding: rest[..<ampersand], as: UTF8.self)
      guard let end = rest[ampersand...].prefix(12).firstIndex(of: UInt8(ascii: ";")),
        let character = Self.character(String(decoding: rest[ampersand + 1..<end], as: UTF8.self))
      else { throw failure("a predefined entity", at: ampersand) }
      result.unicodeScalars.append(character)
      rest = rest[(end + 1)...]
    }
    return result + String(decoding: rest, as: UTF8.self)
  }

  /// The character of an entity: `amp`, `#38`, `#x26` …
  private static func character(_ entity: String) -> Unicode.Scalar? {
    switch entity {
    case "amp": "&"
    case "lt": "<"
    case "gt": ">"
    case "quot": "\""
    case "apos": "'"
    case _ where entity.hasPrefix("#x"):
      UInt32(entity.dropFirst(2), radix: 16).flatMap(Unicode.Scalar.init)
    case _ where entity.hasPrefix("#"): UInt32(entity.dropFirst()).flatMap(Unicode.Scalar.init)
    default: nil
    }
  }

  /// After the outermost element only blanks and comments may come.
  private mutating func nothingElse() throws -> Event? {
    skipBlanks()
    while take("<!--") {
      try skip(past: "-->")
      skipBlanks()
    }
    guard position == text.count else { throw failure("the end of the file", at: position) }
    return nil
  }

  private mutating func take(_ token: String) -> Bool {
    guard text[position...].starts(with: token.utf8) else { return false }
    position += token.utf8.count
    return true
  }

  @discardableResult
  private mutating func skipBlanks() -> Bool {
    let start = position
    while position < text.count, [0x20, 0x09, 0x0A, 0x0D].contains(text[position]) { position += 1 }
    return position > start
  }

  private mutating func skip(past token: String) throws {
    let start = position
    let last = token.utf8.last ?? 0
    while let index = text[position...].firstIndex(of: last) {
      position = index + 1
      if position - start >= token.utf8.count,
        text[start..<position].suffix(token.utf8.count).elementsEqual(token.utf8)
      {
        return
      }
    }
    throw failure("'\(token)'", at: text.count)
  }

  private func failure(_ expected: String, at place: Int) -> CheckpointError {
    let rest = String(decoding: text[min(place, text.count)...].prefix(20), as: UTF8.self)
    return source.malformed(
      at: place, expected: "\(expected) in the XML", found: rest.isEmpty ? "its end" : "'\(rest)'")
  }
}
