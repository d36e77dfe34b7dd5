import ArgumentParser
import Editing
import Foundation
import Imaging
import Projects
import Tensors

extension InstancesCommand {
  /// `atelier instances list`: instances and their styles, or what is kept.
  struct List: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "list",
      abstract: "List the instances of an artwork with their styles, or what a project keeps.",
      discussion: """
        Examples:
          atelier instances list street.atelier
          atelier instances list street.atelier --tag car
          atelier instances list street.atelier aachen --json
        """)

    @Argument(help: ArgumentHelp("The project file.", valueName: "project")) var path: String
    @Argument(help: ArgumentHelp("The artwork; what is kept without one.", valueName: "artwork"))
    var artwork: String?
    @Option(help: ArgumentHelp("Only kept styles with this tag.", valueName: "tag"))
    var tag: String?
    @Flag(help: "Print JSON on standard output.") var json = false
    @OptionGroup var network: NetworkOptions

    struct Item: Encodable {
      let id: Int32
      let label: Int32
      let className: String
      let area: Int
      let share: Double
      let style: [Float]
      let from: String
    }

    struct Kept: Encodable {
      let name, kind, shape, tensor: String
      let label: Int32?
      let tags: [String]
      let source: String?
      let note: String
    }

    func run() throws {
      let project = try Project(at: URL(fileURLWithPath: path), readOnly: true)
      guard let artwork else { return try listKept(project) }
      let session = try SceneSession(project, artwork, given: network.network)
      let plan = try session.plan(), palette = session.palette
      let names = try project.contentNames()
      let table = try session.renderer().table(plan)
      let areas = Dictionary(
        uniqueKeysWithValues: plan.maps.objects.areas().map { ($0.value, $0.area) })
      let items = table.rows.map { row in
        Item(
          id: row.id, label: row.label,
          className: palette?.name(of: row.label) ?? "class \(row.label)", area: areas[row.id] ?? 0,
          share: row.share, style: row.vector, from: Self.origin(row.id, plan, names))
      }
      if json { return try Output.json(items) }
      print("\(plan.maps.width) × \(plan.maps.height) pixels, \(items.count) instances")
      for item in items {
        let vector = item.style.prefix(6).map { String(format: "%6.3f", Double($0)) }
        print(
          "\("\(item.id)".padded(to: 7))\(item.className.padded(to: 18))"
            + "\(String(format: "%8d px", item.area))  "
            + "\(vector.joined(separator: " "))  \(item.from)")
      }
      if session.size.codeWidth > 0 {
        print("code: \(session.recipe.base.summary { names[$0] ?? $0.short })")
      }
    }

    private static func origin(_ id: Int32, _ plan: ScenePlan, _ names: [Digest: String]) -> String
    {
      if let origin = plan.styles.origins[id] { return origin.summary { names[$0] ?? $0.short } }
      if plan.styles.width == 0 { return "" }
      return plan.styles.vectors[id] == nil ? "(typical of its class)" : "encoded"
    }

    private func listKept(_ project: Project) throws {
      var kept = try project.styles(tagged: tag).map {
        Kept(
          name: $0.name, kind: "style", shape: "\($0.shape)", tensor: $0.tensor.description,
          label: $0.label, tags: $0.tags, source: $0.source?.description, note: $0.note)
      }
      if tag == nil {
        for kind in [NameKind.encoding, .clusters] {
          kept += try project.styleTables(kind).map {
            Kept(
              name: $0.name, kind: kind.rawValue, shape: "\($0.shape)",
              tensor: $0.tensor.description, label: nil, tags: [],
              source: $0.source?.description, note: $0.note)
          }
        }
      }
      if json { return try Output.json(kept) }
      for item in kept {
        let tags = item.tags.isEmpty ? "" : "  #" + item.tags.joined(separator: " #")
        print(
          "\(item.name.padded(to: 24)) \(item.kind.padded(to: 9)) "
            + "\(item.label.map { "class \($0)" } ?? item.shape)\(tags)  \(item.note)")
      }
      if kept.isEmpty { print("The project keeps no styles.") }
    }
  }
}
