import Checkpoints
import Foundation
import Tensors

/// A tensor of a network under its canonical name: its shape is known, its elements are read when
/// asked for.
public struct Parameter: Sendable {
  /// The extents under the canonical name.
  public let shape: Shape
  private let read: @Sendable () throws -> Tensor

  /// A parameter that `read` delivers with shape `shape`.
  public init(shape: Shape, read: @escaping @Sendable () throws -> Tensor) {
    self.shape = shape
    self.read = read
  }

  /// A tensor as it lies in a file, viewed as `shape` if given, its elements times `gain`.
  init(_ stored: StoredTensor, shape: Shape? = nil, gain: Float = 1) {
    let view = shape ?? stored.shape
    self.init(shape: view) {
      let tensor = try stored.tensor().reshaped(view)
      return gain == 1 ? tensor : tensor * gain
    }
  }

  /// A tensor in memory, tracked or not.
  public init(_ tensor: Tensor) { self.init(shape: tensor.shape) { tensor } }

  /// The elements.
  public func tensor() throws -> Tensor { try read() }
}

/// A network as Atelier knows it, whatever file it came from: family, configuration, and tensors
/// under canonical names (for StyleGAN2 those of stylegan2-ada-pytorch).
///
/// `convert` writes this as safetensors; every family's generator is made from it.
public struct CanonicalNetwork: Sendable {
  /// The family's name.
  public var family: String
  /// The family's configuration as JSON with sorted keys.
  public var configuration: String
  /// The tensors by canonical name; a discriminator's begin with `discriminator.`.
  public var parameters: [String: Parameter]
  /// What the file is called in errors.
  public var file: String
  /// Where the network comes from and under which licence, kept through conversions.
  public var provenance: [String: String]
  /// Notes the parameters that are asked for, where a network is to be drawn.
  var drafts: ParameterDrafts?

  /// A network; see the properties.
  public init(
    family: String, configuration: some Encodable, parameters: [String: Parameter], file: String,
    provenance: [String: String] = [:]
  ) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    self.family = family
    do {
      self.configuration = String(decoding: try encoder.encode(configuration), as: UTF8.self)
    } catch EncodingError.invalidValue(let value, let context) {
      throw NetworkError.unsupportedOption(
        file: file, option: context.codingPath.map(\.stringValue).joined(separator: "."),
        value: "\(value)", supported: "a finite number")
    }
    self.parameters = parameters
    self.file = file
    self.provenance = provenance
  }

  /// Reads the canonical form that ``write(to:)`` wrote; `nil` for other files.
  init?(canonical checkpoint: Checkpoint) {
    guard checkpoint.metadata["atelier"] != nil, let family = checkpoint.metadata["family"],
      let configuration = checkpoint.metadata["configuration"]
    else { return nil }
    self.family = family
    self.configuration = configuration
    parameters = checkpoint.tensors.mapValues { Parameter($0) }
    file = checkpoint.url.path
    provenance = checkpoint.metadata.filter { $0.key.hasPrefix("provenance.") }
      .reduce(into: [:]) { $0[String($1.key.dropFirst("provenance.".count))] = $1.value }
  }

  /// The configuration as a value of the family's type.
  func decodeConfiguration<Configuration: Decodable>(
    _ type: Configuration.Type
  ) throws -> Configuration {
    do {
      return try JSONDecoder().decode(type, from: Data(configuration.utf8))
    } catch {
      throw NetworkError.invalidConfiguration(file: file, reason: "\(error)")
    }
  }

  /// The same network with other tensors under some of its names, such as tracked ones: a network
  /// that is loaded from it has gradients with respect to them.
  ///
  /// A tensor of another shape than the one it stands in for is the caller's error.
  public func replacing(_ tensors: [String: Tensor]) -> CanonicalNetwork {
    var network = self
    for (name, tensor) in tensors {
      precondition(
        parameters[name]?.shape == tensor.shape,
        "\(name) \(tensor.shape) instead of \(parameters[name]?.shape.description ?? "nothing")")
      network.parameters[name] = Parameter(tensor)
    }
    return network
  }

  /// The network without its discriminator.
  public func withoutDiscriminator() throws -> CanonicalNetwork {
    var network = self
    network.parameters = parameters.filter { !$0.key.hasPrefix("discriminator.") }
    let object = try JSONSerialization.jsonObject(with: Data(configuration.utf8))
    if var values = object as? [String: Any], values["discriminator"] != nil {
      values["discriminator"] = nil
      let data = try JSONSerialization.data(
        withJSONObject: values, options: [.sortedKeys, .withoutEscapingSlashes])
      network.configuration = String(decoding: data, as: UTF8.self)
    }
    return network
  }

  /// Writes the network as safetensors: the same bytes for the same network.
  public func write(to url: URL, storage: Safetensors.Storage = .float32) throws {
    var metadata = ["atelier": "1", "family": family, "configuration": configuration]
    for (key, value) in provenance { metadata["provenance.\(key)"] = value }
    let tensors = try parameters.sorted { $0.key < $1.key }.map {
      (name: $0.key, tensor: try $0.value.tensor())
    }
    try Safetensors.write(tensors, metadata: metadata, storage: storage, to: url)
  }
}

/// Takes a network's parameters one by one and reports all problems at once.
struct ParameterReader {
  private let network: CanonicalNetwork
  private let prefix: String
  /// What the file is called in errors.
  var file: String { network.file }
  private var missing: [String] = []
  private var misshaped: [String] = []
  private var used: Set<String> = []

  init(_ network: CanonicalNetwork, prefix: String = "") {
    self.network = network
    self.prefix = prefix
  }

  /// The most elements of a stand-in for a parameter that is not there.
  private static let standInLimit = 1 << 24

  /// The parameter `name`, which must have `shape`; zeros where it does not, for
  /// ``finish(isIgnored:)`` to report.
  mutating func take(_ name: String, _ shape: Shape) throws -> Tensor {
    if let drafts = network.drafts {
      drafts.note(prefix + name, shape)
      return Tensor(zeros: shape)
    }
    guard let tensor = try takeIfPresent(name, shape) else {
      if network.parameters[prefix + name] == nil { missing.append("\(prefix)\(name) \(shape)") }
      // The file's word alone must not fill the memory: report what is known so far.
      if shape.count > Self.standInLimit { throw report(unused: []) }
      return Tensor(zeros: shape)
    }
    return tensor
  }

  /// The parameter `name` if the network has it; it must have `shape`.
  mutating func takeIfPresent(_ name: String, _ shape: Shape) throws -> Tensor? {
    if network.drafts != nil { return nil }
    guard let parameter = network.parameters[prefix + name] else { return nil }
    used.insert(prefix + name)
    guard parameter.shape == shape else {
      misshaped.append("\(prefix)\(name) \(parameter.shape) instead of \(shape)")
      return nil
    }
    return try parameter.tensor()
  }

  /// Whether the network has the parameter `name`.
  func has(_ name: String) -> Bool { network.parameters[prefix + name] != nil }

  /// Whether the network is being drawn, and the layer `name` gets spectral norm.
  func isDrawnSpectral(_ name: String) -> Bool {
    network.drafts?.isSpectral(prefix + name) ?? false
  }

  /// Marks a parameter as known without reading it.
  mutating func skip(_ name: String) { used.insert(prefix + name) }

  /// The parameter `name` with whatever shape it has.
  mutating func takeAnyShape(_ name: String) throws -> Tensor? {
    used.insert(prefix + name)
    return try network.parameters[prefix + name]?.tensor()
  }

  /// Throws one report if anything was missing or misshaped, or if parameters under the reader's
  /// prefix were left over that `isIgnored` does not know.
  func finish(isIgnored: (String) -> Bool) throws {
    let unused = network.parameters.keys.filter {
      $0.hasPrefix(prefix) && !used.contains($0) && !isIgnored(String($0.dropFirst(prefix.count)))
    }
    guard missing.isEmpty, misshaped.isEmpty, unused.isEmpty else { throw report(unused: unused) }
  }

  private func report(unused: [String]) -> NetworkError {
    .mismatch(
      file: network.file, family: network.family, missing: missing.sorted(),
      misshaped: misshaped.sorted(), unused: unused.sorted())
  }
}
