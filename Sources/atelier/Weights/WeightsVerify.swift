import ArgumentParser
import Foundation

extension WeightsCommand {
  /// `atelier weights verify`: digests every file again.
  struct Verify: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "verify",
      abstract: "Check the digest of every weights file that is there.",
      discussion: """
        Every file is digested again and compared with the index, or with the digest that its \
        first fetch kept beside it. Exits with 1 if one differs. Files of your own, with no digest \
        to compare with, are named but are no failure.

        Examples:
          atelier weights verify
          atelier weights verify --json
        """)

    @Flag(help: "Print a JSON array instead of lines.")
    var json = false

    func run() throws {
      let folder = try WeightsFolder.locate()
      let entries = try folder.index()
      let results = try folder.files().map { file in
        let entry = entries.first { $0.file == file.lastPathComponent }
        return try Result(file, entry: entry, in: folder)
      }
      if json {
        try Output.json(results)
      } else if results.isEmpty {
        print("\(folder.url.path): no weights are there; `atelier weights fetch NAME` fetches some")
      } else {
        for result in results { print(result.text) }
      }
      if results.contains(where: { $0.state == "wrong" }) { throw ExitCode(1) }
    }
  }

  /// What was found for one file.
  private struct Result: Encodable {
    let file: String
    let name: String?
    let state: String
    let sha256: String?
    let expected: String?

    init(_ file: URL, entry: WeightsEntry?, in folder: WeightsFolder) throws {
      self.file = file.lastPathComponent
      name = entry?.name
      let digest = try folder.expectedDigest(of: file, entry: entry)
      (state, sha256) =
        switch try WeightsCheck(file, expected: digest) {
        case .absent: ("absent", nil)
        case .right(let found): ("right", found.hexadecimal)
        case .wrong(let found, _): ("wrong", found.hexadecimal)
        case .unpinned(let found): ("unpinned", found.hexadecimal)
        }
      expected = digest?.hexadecimal
    }

    var text: String {
      switch state {
      case "right": "\(file): right"
      case "wrong":
        "\(file): WRONG: sha256:\(sha256 ?? "-") instead of sha256:\(expected ?? "-")"
          + (name.map { "; replace it with `atelier weights fetch \($0) --force`" } ?? "")
      case "unpinned": "\(file): no digest is known to check it against (sha256:\(sha256 ?? "-"))"
      default: "\(file): \(state)"
      }
    }
  }
}
