import ArgumentParser
import Checkpoints
import Editing
import Foundation
import Projects
import Tensors

extension InstancesCommand {
  /// `atelier instances cluster`: typical styles by class.
  struct Cluster: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "cluster",
      abstract: "Find typical styles by class in encodings, or import an official cluster file.",
      discussion: """
        K-means by class over the instances that cover more than 1/64 of their picture, as \
        encode_features.py counts them (share above 0.5); the same seed gives the same centres.

        Examples:
          atelier instances cluster street.atelier --name city --from noon --from dusk --count 4
          atelier instances cluster street.atelier --name city --import features_clustered_010.npy
        """)

    @Argument(help: ArgumentHelp("The project file.", valueName: "project")) var path: String
    @Option(help: ArgumentHelp("The clusters' name.", valueName: "name")) var name: String
    @Option(
      help: ArgumentHelp("An encoding; repeat it for more. All by default.", valueName: "name"))
    var from: [String] = []
    @Option(help: "The most centres a class.") var count = StyleClusters.usualCount
    @Option(help: "The seed.") var seed: UInt32 = 0
    @Option(
      name: .customLong("import"),
      help: ArgumentHelp("An official features_clustered_NNN.npy.", valueName: "file.npy"))
    var file: String?
    @Flag(help: "Replace clusters of the same name.") var replace = false
    @Flag(help: "Print JSON on standard output.") var json = false

    struct Report: Encodable {
      let name, tensor: String
      let centers: [Int: Int]
    }

    func validate() throws {
      if !(1...1000).contains(count) {
        throw ValidationError("--count \(count) is not between 1 and 1000.")
      }
      if file != nil && !from.isEmpty {
        throw ValidationError("Give either --from or --import.")
      }
    }

    func run() throws {
      let project = try Project(at: URL(fileURLWithPath: path))
      let clusters: StyleClusters, note: String
      var source: Digest?
      if let file {
        let url = URL(fileURLWithPath: file)
        clusters = try StyleClusters(contentsOf: url)
        source = try Checkpoint(contentsOf: url).digest()
        note = url.lastPathComponent
      } else {
        let all = try project.styleTables(.encoding).map(\.name)
        let chosen = from.isEmpty ? all : from
        guard !chosen.isEmpty else {
          throw CommandError.invalidInput(
            "the project keeps no encodings; make one with 'atelier instances encode'.")
        }
        let rows = try chosen.flatMap { name in
          let record = try project.styleTable(.encoding, named: name)
          return try InstanceStyles(
            tensor: project.tensor(record.tensor), what: "encoding '\(name)'"
          ).rows
        }
        clusters = StyleClusters(rows, count: count, seed: seed)
        note = "of \(chosen.joined(separator: ", ")), seed \(seed)"
        guard !clusters.centers.isEmpty else {
          throw CommandError.invalidInput("no instance is large enough to count in clusters.")
        }
      }
      let record = try project.keepStyleTable(
        clusters.tensor, as: .clusters, named: name, source: source, note: note, replace: replace)
      let counts = Dictionary(
        uniqueKeysWithValues: clusters.centers.map { (Int($0.key), $0.value.count) })
      if json {
        return try Output.json(
          Report(name: record.name, tensor: record.tensor.description, centers: counts))
      }
      let total = counts.values.reduce(0, +)
      print("\(record.name): \(total) centres of \(counts.count) classes")
    }
  }
}
