import Checkpoints
import Tensors

extension MobileStyleGANFamily {
  /// The network in the two OpenVINO files that the package `random-face` carries.
  ///
  /// Only constants are read. The mapping's weights are the second inputs of its matrix products
  /// and are already scaled. Parameters of the synthesis network keep the names that the export
  /// gave them (`m.` left out); the demodulated convolution weights and the noise maps have
  /// machine-made names and are told by their place.
  public static func canonical(
    mapping: Checkpoint, synthesis: Checkpoint
  ) throws -> CanonicalNetwork {
    var parameters = try mappingParameters(mapping)
    let file = synthesis.url.path
    guard let graph = synthesis.graph else {
      throw NetworkError.unknownFamily(file: file, found: "\(synthesis.format)")
    }
    for (name, stored) in synthesis.tensors where name.hasPrefix("m.") {
      var shape = stored.shape.dimensions
      if name.hasSuffix("weight_dw") { shape = [shape[0], 1, 3, 3] }
      if name.hasSuffix("bias") || name == "m.input.input" { shape.removeAll { $0 == 1 } }
      let view = Shape(shape)
      guard view.count == stored.count else { continue }
      parameters["synthesis." + name.dropFirst(2)] = Parameter(stored, shape: view)
    }
    let convolutions = constantWeights(graph, of: "Convolution").filter { !$0.hasPrefix("m.") }
    let noises = synthesis.names.filter { name in
      guard let shape = synthesis.tensors[name]?.shape, shape.rank == 4 else { return false }
      return shape[0] == 1 && shape[1] == 1 && shape[2] >= 4 && shape[2] == shape[3]
    }
    guard convolutions.count == noises.count, convolutions.count % 2 == 1 else {
      throw NetworkError.unknownFamily(
        file: file,
        found: "\(convolutions.count) demodulated convolutions and \(noises.count) noise maps")
    }
    for (index, (weight, noise)) in zip(convolutions, noises).enumerated() {
      let isFirst = index == 0
      let layer = isFirst ? "conv1" : "layers.\((index - 1) / 2).conv\((index - 1) % 2 + 1)"
      if let stored = synthesis.tensors[weight] {
        parameters["synthesis.\(layer).conv.weight"] = Parameter(stored)
      }
      if let stored = synthesis.tensors[noise] {
        let side = stored.shape[2]
        parameters["synthesis.\(layer).noise"] = Parameter(stored, shape: [side, side])
      }
    }
    return try CanonicalNetwork(
      family: name, configuration: try configuration(parameters, file: file),
      parameters: parameters, file: file)
  }

  /// The names of the constants that are the second inputs of all layers of one type, in file order.
  private static func constantWeights(_ graph: OpenVINOGraph, of type: String) -> [String] {
    graph.secondInputs(ofType: type).compactMap { $0?.type == "Const" ? $0?.name : nil }
  }

  private static func mappingParameters(_ mapping: Checkpoint) throws -> [String: Parameter] {
    let weights = mapping.graph.map { constantWeights($0, of: "MatMul") } ?? []
    let width = weights.first.flatMap { mapping.tensors[$0]?.shape[0] } ?? 0
    let biases = mapping.names.filter {
      guard let stored = mapping.tensors[$0] else { return false }
      return stored.type == .f32 && stored.count == width && !weights.contains($0)
    }
    guard !weights.isEmpty, weights.count == biases.count else {
      throw NetworkError.unknownFamily(
        file: mapping.url.path,
        found: "\(weights.count) matrix products and \(biases.count) biases")
    }
    var parameters: [String: Parameter] = [:]
    for (index, (weight, bias)) in zip(weights, biases).enumerated() {
      if let weight = mapping.tensors[weight], let bias = mapping.tensors[bias] {
        parameters["mapping.fc\(index).weight"] = Parameter(weight)
        parameters["mapping.fc\(index).bias"] = Parameter(bias, shape: [width])
      }
    }
    return parameters
  }

  private static func configuration(
    _ parameters: [String: Parameter], file: String
  ) throws -> MobileStyleGANConfiguration {
    let blocks = (0..<16).prefix { parameters["synthesis.layers.\($0).conv1.bias"] != nil }
    let constant = parameters["synthesis.input.input"]?.shape
    let colours = parameters.first { $0.key.hasSuffix("to_img.bias") }?.value.shape.count ?? 0
    guard let constant, constant.rank == 3, !blocks.isEmpty, colours % 4 == 0,
      let first = parameters["mapping.fc0.weight"]?.shape, first.rank == 2
    else {
      throw NetworkError.unknownFamily(file: file, found: "an incomplete MobileStyleGAN network")
    }
    return MobileStyleGANConfiguration(
      zDim: first[1], wDim: first[0],
      mappingLayers: (0..<64).prefix { parameters["mapping.fc\($0).weight"] != nil }.count,
      channels: [constant[0]]
        + blocks.compactMap { parameters["synthesis.layers.\($0).conv1.bias"]?.shape.count },
      imageChannels: colours / 4)
  }
}
