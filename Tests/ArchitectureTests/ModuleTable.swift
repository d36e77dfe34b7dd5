import Foundation
import TestSupport

/// The table of modules in docs/Architecture.md.
struct ModuleTable {
  struct Row {
    let module: String
    let imports: Set<String>
    let isToCome: Bool
  }

  let rows: [Row]

  /// Reads the rows under the heading line `| module | charter | may import |`.
  init() throws {
    let url = ReferenceData.package.appendingPathComponent("docs/Architecture.md")
    let lines = try String(contentsOf: url, encoding: .utf8).split(
      separator: "\n", omittingEmptySubsequences: false)
    let start = lines.firstIndex { $0.hasPrefix("| module | charter | may import |") }
    let body = lines.dropFirst((start ?? lines.count) + 2).prefix { $0.hasPrefix("|") }
    rows = body.compactMap { line in
      let cells = line.split(separator: "|", omittingEmptySubsequences: false)
      guard cells.count == 5, let module = Self.quoted(cells[1]).first else { return nil }
      return Row(
        module: module, imports: Set(Self.quoted(cells[3])),
        isToCome: cells[1].contains("(to come)"))
    }
  }

  /// The row of a module.
  subscript(module: String) -> Row? { rows.first { $0.module == module } }

  /// The words in backquotes.
  private static func quoted(_ cell: Substring) -> [String] {
    cell.split(separator: "`", omittingEmptySubsequences: false).enumerated()
      .filter { $0.offset % 2 == 1 }.map { String($0.element) }
  }
}

/// The targets in Package.swift, with the names of the modules and products that they depend on.
struct PackageTargets {
  /// The targets under Sources/, and TestSupport.
  let dependencies: [String: Set<String>]
  /// The test targets.
  let tests: [String: Set<String>]

  /// Reads every target.
  init() throws {
    let url = ReferenceData.package.appendingPathComponent("Package.swift")
    let text = try String(contentsOf: url, encoding: .utf8)
      .replacing(/\/\/[^\n"]*\n/, with: "\n")
    let openings = text.matches(of: /\.(target|executableTarget|systemLibrary|testTarget)\(/)
    var found: [String: Set<String>] = [:]
    var tests: [String: Set<String>] = [:]
    for opening in openings {
      let arguments = Self.balanced(text[opening.range.upperBound...])
      guard let name = arguments.firstMatch(of: /name:\s*"([^"]+)"/)?.1 else { continue }
      var needed = Set<String>()
      if let list = arguments.firstMatch(of: /dependencies:\s*\[(.*?)\]/.dotMatchesNewlines())?.1 {
        let products = list.replacing(/package:\s*"[^"]*"/, with: "")
        needed = Set(products.matches(of: /"([^"]+)"/).map { String($0.1) })
      }
      if opening.1 == "testTarget" {
        tests[String(name)] = needed
      } else {
        found[String(name)] = needed
      }
    }
    dependencies = found
    self.tests = tests
  }

  /// The text up to the parenthesis that closes what was opened before it.
  private static func balanced(_ text: Substring) -> Substring {
    var depth = 1
    for index in text.indices {
      if text[index] == "(" { depth += 1 }
      if text[index] == ")" { depth -= 1 }
      if depth == 0 { return text[..<index] }
    }
    return text
  }
}
