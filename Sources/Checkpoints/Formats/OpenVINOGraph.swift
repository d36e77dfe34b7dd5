import Foundation

#if canImport(FoundationXML)
  import FoundationXML
#endif

/// A layer of an OpenVINO graph.
package struct IRLayer: Sendable {
  /// The number that edges refer to.
  package let id: Int
  /// The layer's name; constants are tensors of this name.
  package let name: String
  /// The operation: `Const`, `MatMul`, `Convolution` …
  package let type: String
  /// The attributes of its `<data>`.
  package internal(set) var attributes: [String: String] = [:]
}

/// A connection: output `fromPort` of layer `from` is input `toPort` of layer `to`.
package struct IREdge: Sendable {
  package let from: Int
  package let fromPort: Int
  package let to: Int
  package let toPort: Int
}

/// The layers and edges of an OpenVINO file, in its order.
package struct OpenVINOGraph: Sendable {
  /// The layers, in the file's order; ids and names are unique.
  package let layers: [IRLayer]

  /// The edges, in the file's order.
  package let edges: [IREdge]

  private let places: [Int: Int]
  private let incoming: [Int: [IREdge]]

  /// The longest description that is read.
  private static let sizeLimit = 64 << 20

  init(_ bytes: ByteRegion) throws {
    guard bytes.count <= Self.sizeLimit else {
      throw CheckpointError.tooLarge(
        file: bytes.name, place: "the file", what: "a description of \(bytes.count) bytes",
        limit: "\(Self.sizeLimit)")
    }
    let data = bytes.data
    guard !data.contains(0) else {
      throw bytes.malformed(at: 0, expected: "UTF-8 text", found: "zero bytes")
    }
    // Declarations are how XML files grow without bound or reach for other files.
    for declaration in ["<!DOCTYPE", "<!ENTITY"] where data.range(of: Data(declaration.utf8)) != nil
    {
      throw CheckpointError.refused(
        file: bytes.name, place: "the file", what: "the XML declaration \(declaration)",
        advice: "OpenVINO writes none.")
    }
    let collector = Collector()
    let parser = XMLParser(data: data)
    parser.shouldResolveExternalEntities = false
    parser.delegate = collector
    guard parser.parse(), collector.problem == nil, collector.isComplete else {
      throw CheckpointError.malformed(
        file: bytes.name, place: "line \(parser.lineNumber)",
        expected: "OpenVINO's XML", found: collector.problem ?? "its beginning only")
    }
    layers = collector.layers
    edges = collector.edges
    places = Dictionary(layers.enumerated().map { ($1.id, $0) }) { first, _ in first }
    incoming = Dictionary(grouping: edges) { $0.to }
    guard places.count == layers.count, Set(layers.map(\.name)).count == layers.count else {
      throw CheckpointError.malformed(
        file: bytes.name, place: "the layers", expected: "every id and name once",
        found: "one twice")
    }
  }

  /// The layer of this id.
  package func layer(_ id: Int) -> IRLayer? { places[id].map { layers[$0] } }

  /// The layers that feed a layer, by its input ports' order.
  package func inputs(of layer: IRLayer) -> [IRLayer] {
    (incoming[layer.id] ?? []).sorted { $0.toPort < $1.toPort }.compactMap { self.layer($0.from) }
  }

  /// The second inputs of the layers of one type, in file order: the weights of `MatMul` and
  /// `Convolution` layers. `nil` stands for a layer without a second input.
  package func secondInputs(ofType type: String) -> [IRLayer?] {
    layers.filter { $0.type == type }.map {
      let inputs = inputs(of: $0)
      return inputs.count > 1 ? inputs[1] : nil
    }
  }

  /// The constants of one element type (`f32`), in file order.
  package func constants(ofType type: String) -> [IRLayer] {
    layers.filter { $0.type == "Const" && $0.attributes["element_type"] == type }
  }

  /// Gathers layers and edges as the parser meets them.
  private final class Collector: NSObject, XMLParserDelegate {
    var layers: [IRLayer] = []
    var edges: [IREdge] = []
    var problem: String?
    /// Whether the outermost element has ended; the parser itself takes cut files for whole ones.
    private(set) var isComplete = false
    private var path: [String] = []

    func parser(
      _ parser: XMLParser, didStartElement element: String, namespaceURI: String?,
      qualifiedName: String?, attributes: [String: String]
    ) {
      path.append(element)
      // Bodies of loops hold layers of their own; only the outermost graph counts.
      switch path {
      case ["net", "layers", "layer"]:
        guard let id = attributes["id"].flatMap(Int.init), let name = attributes["name"],
          let type = attributes["type"]
        else { return stop(parser, "a layer without id, name or type") }
        layers.append(IRLayer(id: id, name: name, type: type))
      case ["net", "layers", "layer", "data"]:
        layers[layers.count - 1].attributes = attributes
      case ["net", "edges", "edge"]:
        let ends = ["from-layer", "from-port", "to-layer", "to-port"]
          .compactMap { attributes[$0].flatMap(Int.init) }
        guard ends.count == 4 else { return stop(parser, "an edge without its four numbers") }
        edges.append(IREdge(from: ends[0], fromPort: ends[1], to: ends[2], toPort: ends[3]))
      default: break
      }
    }

    func parser(
      _ parser: XMLParser, didEndElement element: String, namespaceURI: String?,
      qualifiedName: String?
    ) {
      _ = path.popLast()
      isComplete = path.isEmpty
    }

    func parser(_ parser: XMLParser, parseErrorOccurred error: any Error) {
      problem = problem ?? "text that is not well-formed"
    }

    private func stop(_ parser: XMLParser, _ problem: String) {
      self.problem = problem
      parser.abortParsing()
    }
  }
}
