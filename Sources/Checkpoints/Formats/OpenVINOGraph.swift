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
    func malformed(_ found: String) -> CheckpointError {
      .malformed(file: bytes.name, place: "the graph", expected: "OpenVINO's XML", found: found)
    }
    var layers: [IRLayer] = []
    var edges: [IREdge] = []
    var reader = MarkupReader(bytes)
    while let event = try reader.next() {
      guard case .start(_, let attributes) = event else { continue }
      // Bodies of loops hold layers of their own; only the outermost graph counts.
      switch reader.path {
      case ["net", "layers", "layer"]:
        guard let id = attributes["id"].flatMap({ Int($0) }), let name = attributes["name"],
          let type = attributes["type"]
        else { throw malformed("a layer without id, name or type") }
        layers.append(IRLayer(id: id, name: name, type: type))
      case ["net", "layers", "layer", "data"]:
        layers[layers.count - 1].attributes = attributes
      case ["net", "edges", "edge"]:
        let ends = ["from-layer", "from-port", "to-layer", "to-port"]
          .compactMap { attributes[$0].flatMap { Int($0) } }
        guard ends.count == 4 else { throw malformed("an edge without its four numbers") }
        edges.append(IREdge(from: ends[0], fromPort: ends[1], to: ends[2], toPort: ends[3]))
      default: break
      }
    }
    self.layers = layers
    self.edges = edges
    places = Dictionary(layers.enumerated().map { ($1.id, $0) }) { first, _ in first }
    incoming = Dictionary(grouping: edges) { $0.to }
    guard places.count == layers.count, Set(layers.map(\.name)).count == layers.count else {
      throw malformed("a layer's id or name twice")
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
}
