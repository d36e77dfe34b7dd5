import Imaging
import Networks
import Tensors

/// What the steps of all generators that start from latents share: the first group of parameters is
/// the generator's, averaged, the second the discriminator's.
public protocol LatentStep: TrainingStep {
  /// Where training began, with every parameter and buffer in it.
  var network: CanonicalNetwork { get }
  /// What the generator takes and gives.
  var size: GeneratorSize { get }
}

/// A network that can be trained, taken apart.
struct LatentParameters {
  /// The network with all that it had and its mean w.
  var network: CanonicalNetwork
  /// What the generator takes and gives.
  let size: GeneratorSize
  /// The mean w that it begins with.
  let meanLatent: Tensor
  /// What learns in the generator, by name.
  let drawn: [String: Tensor]
  /// What learns in the discriminator, by name.
  let judged: [String: Tensor]

  /// The parts of `network`, which must be of one of `families`, without classes and with a
  /// discriminator. Throws ``TrainingError`` for any other.
  ///
  /// - Parameters:
  ///   - network: The network.
  ///   - families: The families that the step can train.
  ///   - frozen: What does not learn: names, or beginnings of them that end before a dot.
  init(_ network: CanonicalNetwork, families: [String], frozen: [String]) throws {
    guard families.contains(network.family) else {
      throw TrainingError.unfitSetting(
        name: "the network \(network.file)", found: "a \(network.family) network",
        expected: "a \(families.joined(separator: " or ")) network")
    }
    let generator = try Generators.load(network)
    guard try Generators.loadDiscriminator(network) != nil, generator.size.classes == 0 else {
      throw TrainingError.unfitSetting(
        name: "the network \(network.file)",
        found: generator.size.classes > 0 ? "conditional" : "without a discriminator",
        expected: "generator and discriminator of pictures without classes")
    }
    (size, meanLatent) = (generator.size, generator.meanLatent)
    // What is neither learned nor averaged stays as it is in the file.
    let learns: (String) -> Bool = { name in
      !["resample_filter", "noise_const", "w_avg", "lod"].contains { name.hasSuffix($0) }
        && !frozen.contains { name == $0 || name.hasPrefix("\($0).") }
    }
    let tensors = try network.parameters.mapValues { try $0.tensor() }
    self.network = network
    self.network.parameters = tensors.mapValues { Parameter($0) }
    judged = tensors.filter { $0.key.hasPrefix("discriminator.") && learns($0.key) }
    drawn = tensors.filter { !$0.key.hasPrefix("discriminator.") && learns($0.key) }
  }

  /// Adds a buffer that the network's file need not have had.
  mutating func add(_ name: String, _ tensor: Tensor) {
    if network.parameters[name] == nil { network.parameters[name] = Parameter(tensor) }
  }
}

extension LatentStep {
  /// The discriminator compares pictures in groups, which a batch must fill.
  public func check(batch count: Int) throws {
    try Generators.loadDiscriminator(network)?.check(batch: count)
  }

  /// Throws for pictures of another size than the network's.
  func check(_ pictures: Tensor) throws {
    guard
      pictures.shape.dimensions.suffix(3) == [size.imageChannels, size.resolution, size.resolution]
    else {
      throw TrainingError.unfitData(
        place: "pictures of shape \(pictures.shape)",
        reason: "the network makes \(size.resolution) × \(size.resolution) pixels in "
          + "\(size.imageChannels) channels")
    }
  }

  /// Both networks as they are now, one with parameters on a tape, and with `buffers` in place.
  func networks(
    generator: [Tensor]? = nil, discriminator: [Tensor]? = nil, buffers: [String: Tensor] = [:]
  ) throws -> (any Generator, any Discriminator) {
    var tensors = groups[0].named(generator ?? groups[0].values)
    tensors.merge(groups[1].named(discriminator ?? groups[1].values)) { $1 }
    let now = network.replacing(tensors.merging(buffers) { $1 })
    guard let judge = try Generators.loadDiscriminator(now) else {
      preconditionFailure("a network that had a discriminator")
    }
    return (try Generators.load(now), judge)
  }

  /// The network with averaged parameters and `buffers`, and the discriminator, so that training can
  /// go on from it.
  func result(buffers: [String: Tensor]) throws -> CanonicalNetwork {
    let tensors = groups[0].averages.merging(groups[1].tensors) { $1 }
    var result = network.replacing(tensors.merging(buffers) { $1 })
    result.provenance["source"] = "trained with Atelier"
    return result
  }

  /// 64 pictures of the seeds 0 to 63 without truncation, in eight rows.
  public func sheet() throws -> Image {
    let generator = try Generators.load(try result())
    let side = size.resolution
    var sheet = Image(width: 8 * side, height: 8 * side, colour: [0, 0, 0])
    for row in 0..<8 {
      let z = Tensor.concatenated(
        (0..<8).map { column -> Tensor in
          var random = RandomState(seed: UInt32(row * 8 + column))
          return random.randn([1, size.zDim])
        })
      let ws = generator.broadcast(generator.mapping(z, label: nil))
      let pictures = Image.images(from: generator.synthesis(ws, noise: .const))
      for (column, picture) in pictures.enumerated() {
        sheet.paste(picture.converted(toChannels: 3), x: column * side, y: row * side)
      }
    }
    return sheet
  }
}
