import ArgumentParser
import Foundation
import Tensors

/// `atelier weights`: lists, fetches and verifies trained networks.
struct WeightsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "weights",
    abstract: "List, fetch and verify trained networks, or draw an untrained one.",
    discussion: """
      Weights lie in the folder that ATELIER_WEIGHTS names; else in ./Weights, or in the folder \
      Weights of Atelier's sources, if it holds index.json; else in ~/.local/share/atelier/weights.

      Examples:
        atelier weights list
        atelier weights fetch faces-1024
        atelier weights verify
      """,
    subcommands: [List.self, Fetch.self, Verify.self, Random.self])
}

extension WeightsCommand {
  /// `atelier weights fetch`: brings one file into the weights folder.
  struct Fetch: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "fetch",
      abstract: "Fetch a network into the weights folder.",
      discussion: """
        Downloads go through the pip or curl client of this machine. A file appears under its name \
        only when it is complete and its digest is right; an interrupted download from an address \
        goes on where it stopped. Where the index knows no digest, that of the first fetch is kept \
        beside the file and checked ever after.

        Examples:
          atelier weights fetch faces-1024
          atelier weights fetch faces-1024 --from random_face.whl
          atelier weights fetch stylegan2-ada-metfaces
          atelier weights fetch stylegan2-ada-ffhq --force
        """)

    @Argument(help: "A name that `atelier weights list` shows.")
    var name: String

    @Flag(help: "Replace a file that is already there.")
    var force = false

    @Option(
      help: ArgumentHelp(
        "Use a download that you already have, on a machine without network.", valueName: "file"))
    var from: String?

    @Flag(help: "Print one JSON object instead of text.")
    var json = false

    func run() throws {
      let folder = try WeightsFolder.locate()
      let entry = try folder.requireEntry(named: name)
      Output.note("\(entry.name): \(entry.description)")
      Output.note("  from: \(entry.source)")
      Output.note("  licence: \(entry.licence)" + (entry.terms.map { " (\($0))" } ?? ""))
      Output.note("  lineage: \(entry.lineage)")
      if let note = entry.note { Output.note("  note: \(note)") }
      let outcome = try WeightsFetch(
        folder: folder, entry: entry, force: force, from: from.map { URL(fileURLWithPath: $0) }
      ).run()
      let file = folder.file(of: entry)
      let report = Report(
        name: entry.name, path: file.path, state: outcome.rawValue,
        sha256: try folder.expectedDigest(of: file, entry: entry)?.hexadecimal,
        bytes: WeightsCheck.size(of: file))
      if json { try Output.json(report) } else { print(report.text(outcome)) }
    }

    /// What was fetched.
    private struct Report: Encodable {
      let name: String
      let path: String
      let state: String
      let sha256: String?
      let bytes: Int?

      func text(_ outcome: WeightsFetch.Outcome) -> String {
        let did =
          switch outcome {
          case .fetched: "fetched"
          case .present: "already there, with the right digest"
          case .pinned: "already there; its digest is pinned from now on"
          }
        return "\(path): \(did) (\(bytes.map(ByteCount.text) ?? "-"), sha256:\(sha256 ?? "-"))"
      }
    }
  }
}
