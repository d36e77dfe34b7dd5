import ArgumentParser
import Foundation

extension WeightsCommand {
  /// `atelier weights list`: what can be fetched, and what is there.
  struct List: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "list",
      abstract: "Show the networks that can be fetched, and which are there.",
      discussion: """
        Examples:
          atelier weights list
          atelier weights list --json
        """)

    @Flag(help: "Print a JSON array instead of a table.")
    var json = false

    func run() throws {
      let folder = try WeightsFolder.locate()
      let rows = try folder.index().map { Row($0, in: folder) }
      if json {
        try Output.json(rows)
        return
      }
      let table =
        [["NAME", "FAMILY", "RESOLUTION", "FETCHED", "SIZE", "LICENCE"]] + rows.map(\.cells)
      let widths = table[0].indices.map { column in
        table.map { $0[column].count }.max() ?? 0
      }
      for cells in table {
        let padded = zip(cells, widths).map { cell, width in
          cell + String(repeating: " ", count: width - cell.count)
        }
        print(padded.joined(separator: "  ").trimmingTrailingBlanks())
      }
    }
  }

  /// One line of the list.
  private struct Row: Encodable {
    let name: String
    let family: String
    let resolution: Int?
    let description: String
    let isFetched: Bool
    let path: String
    let bytes: Int?
    let licence: String
    let terms: String?
    let lineage: String
    let source: WeightsEntry.Source
    let sha256: String?
    let note: String?

    init(_ entry: WeightsEntry, in folder: WeightsFolder) {
      let file = folder.file(of: entry)
      name = entry.name
      family = entry.family
      resolution = entry.resolution
      description = entry.description
      isFetched = FileManager.default.fileExists(atPath: file.path)
      path = file.path
      bytes = WeightsCheck.size(of: file) ?? entry.fileBytes
      licence = entry.licence
      terms = entry.terms
      lineage = entry.lineage
      source = entry.source
      sha256 = entry.fileDigest?.hexadecimal
      note = entry.note
    }

    enum CodingKeys: String, CodingKey {
      case name, family, resolution, description, path, bytes, licence, terms, lineage, source
      case sha256, note
      case isFetched = "fetched"
    }

    var cells: [String] {
      [
        name, family, resolution.map(String.init) ?? "any", isFetched ? "yes" : "no",
        bytes.map(ByteCount.text) ?? "?", licence,
      ]
    }
  }
}

extension String {
  fileprivate func trimmingTrailingBlanks() -> String {
    String(reversed().drop { $0 == " " }.reversed())
  }
}
