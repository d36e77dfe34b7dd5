import Foundation
import TestSupport
import Testing

@Suite("Architecture")
struct ArchitectureTests {
  /// What every module may import.
  static let free: Set<String> = [
    "Swift", "Foundation", "FoundationEssentials", "FoundationXML", "FoundationNetworking",
    "Dispatch", "Glibc", "Musl", "Darwin", "Synchronization", "RegexBuilder",
  ]

  /// A Swift file of a module.
  struct Source {
    let module: String
    let path: String
    let text: String

    /// The modules that it imports, in order.
    var imports: [String] {
      let pattern =
        /^[ \t]*(?:@\w+(?:\([^)]*\))?[ \t]+)*(?:(?:public|package|internal|fileprivate|private)[ \t]+)?import[ \t]+(?:(?:struct|class|enum|protocol|func|var|let|typealias|actor)[ \t]+)?(\w+)/
        .anchorsMatchLineEndings()
      return text.matches(of: pattern).map { String($0.1) }
    }
  }

  /// Every Swift file under Sources/ and of TestSupport.
  static func sources() throws -> [Source] { try sources(in: ["Sources", "Tests/TestSupport"]) }

  /// Every Swift file in folders.
  static func sources(in folders: [String]) throws -> [Source] {
    let root = ReferenceData.package
    var found: [Source] = []
    for folder in folders {
      let base = root.appendingPathComponent(folder)
      let files = FileManager.default.enumerator(atPath: base.path)
      for case let path as String in files ?? .init() where path.hasSuffix(".swift") {
        let module = folder == "Sources" ? path.prefix { $0 != "/" } : folder.dropFirst(6)
        let url = base.appendingPathComponent(path)
        found.append(
          Source(
            module: String(module), path: "\(folder)/\(path)",
            text: try String(contentsOf: url, encoding: .utf8)))
      }
    }
    return found
  }

  @Test("A module imports only what the table in docs/Architecture.md allows")
  func imports() throws {
    let table = try ModuleTable()
    let sources = try Self.sources()
    #expect(sources.count > 100)
    var count = 0
    for source in sources {
      let row = try #require(table[source.module], "the table has no row for \(source.module)")
      for name in source.imports {
        count += 1
        guard !Self.free.contains(name) else { continue }
        #expect(
          row.imports.contains(name), "\(source.path) imports \(name): \(source.module) may not")
      }
    }
    #expect(count > 100)
  }

  @Test("The table agrees with the targets of Package.swift")
  func targets() throws {
    let table = try ModuleTable()
    let targets = try PackageTargets().dependencies
    #expect(targets.count > 10 && table.rows.count >= targets.count)
    for (name, dependencies) in targets {
      let row = try #require(table[name], "the table has no row for \(name)")
      #expect(!row.isToCome, "\(name) is here: the table says that it is to come")
      #expect(row.imports == dependencies, "what \(name) may import, and what it depends on")
    }
    for row in table.rows where !row.isToCome {
      #expect(targets[row.module] != nil, "Package.swift has no target \(row.module)")
    }
    #expect(Set(table.rows.map(\.module)).count == table.rows.count)
  }

  @Test("A test target names every module that it imports, so that it is built again with them")
  func testTargets() throws {
    let targets = try PackageTargets().tests
    #expect(targets.count >= 8)
    for (target, dependencies) in targets {
      for source in try Self.sources(in: ["Tests/\(target)"]) {
        for name in source.imports where !Self.free.contains(name) && name != "Testing" {
          #expect(dependencies.contains(name), "\(source.path) imports \(name)")
        }
        let looksInside = source.text.firstMatch(of: /^[ \t]*@testable/.anchorsMatchLineEndings())
        #expect(looksInside == nil, "\(source.path)")
      }
    }
  }

  @Test("What a module may import stands above it, so that nothing flows back")
  func order() throws {
    let table = try ModuleTable()
    let places = Dictionary(
      uniqueKeysWithValues: table.rows.enumerated().map { ($1.module, $0) })
    for (place, row) in table.rows.enumerated() {
      for name in row.imports {
        // A name without a row is a package from elsewhere.
        #expect(places[name].map { $0 < place } ?? true, "\(row.module) imports \(name)")
      }
    }
  }

  @Test("No module is named as a type in it")
  func moduleNames() throws {
    let names = try ModuleTable().rows.map(\.module)
    for source in try Self.sources() {
      let types = source.text.matches(
        of: /\b(?:struct|class|enum|actor|protocol|typealias)[ \t]+(\w+)/)
      for type in types {
        #expect(
          type.1 != source.module || !names.contains(source.module),
          "\(source.path) names a type as its module")
      }
    }
  }

  @Test("No Swift file is longer than 400 lines")
  func lengths() throws {
    for source in try Self.sources() {
      let lines = source.text.split(separator: "\n", omittingEmptySubsequences: false).count - 1
      #expect(lines <= 400, "\(source.path) has \(lines) lines")
    }
  }

  @Test("Threads are made in Parallel.swift alone")
  func threads() throws {
    let makers = /concurrentPerform|Thread\s*\(|pthread_create|DispatchQueue\.global/
    for source in try Self.sources() where source.path != "Sources/Tensors/Parallel.swift" {
      #expect(source.text.firstMatch(of: makers) == nil, "\(source.path) makes threads")
    }
  }

  @Test("Every kind named in the documentation's lists exists")
  func lists() throws {
    let guide = try String(
      contentsOf: ReferenceData.package.appendingPathComponent("CONTRIBUTING.md"), encoding: .utf8)
    for folder in guide.matches(of: /`(Sources\/[A-Za-z\/]+)\//) {
      let path = ReferenceData.package.appendingPathComponent(String(folder.1)).path
      #expect(FileManager.default.fileExists(atPath: path), "\(folder.1)")
    }
  }
}
