import Checkpoints
import Foundation
import Networks
import TestSupport
import Tensors
import Testing

@Suite("LPIPS")
struct LPIPSTests {
  static let folder = ReferenceData.fixture("networks/lpips_narrow")
  let network: LPIPS
  let inputs: Checkpoint
  let outputs: Checkpoint

  init() throws {
    let file = Self.folder.appendingPathComponent("lpips.pth")
    network = try LPIPS(#require(try LPIPSFamily.canonical(Checkpoint(contentsOf: file))))
    inputs = try Checkpoint(contentsOf: Self.folder.appendingPathComponent("inputs.safetensors"))
    outputs = try Checkpoint(contentsOf: Self.folder.appendingPathComponent("outputs.safetensors"))
  }

  @Test("A comparison with a picture that stays gives the same distance, and the same gradient")
  func comparison() throws {
    let (a, b) = (try inputs.tensor("in0"), try inputs.tensor("in1"))
    let compare = network.comparison(with: b)
    #expect(compare(a).bits == network.distance(a, b).bits)
    let own = valueWithGradient(at: a) { compare($0).sum() }
    let whole = valueWithGradient(at: a) { network.distance($0, b).sum() }
    #expect(relativeError(own.gradient, whole.gradient) < 1e-6)
  }

  @Test("Features and distances of a narrow VGG16 are those of the official package")
  func reference() throws {
    let (a, b) = (try inputs.tensor("in0"), try inputs.tensor("in1"))
    let (features, others) = (network.features(a), network.features(b))
    for tap in [4, 5] {
      try #expect(relativeError(features[tap - 1], outputs.tensor("trunk.relu\(tap)")) <= 1e-5)
    }
    for (tap, found) in network.tapDistances(features, others).enumerated() {
      let expected = try outputs.tensor("lpips.layer\(tap)").reshaped([2])
      #expect((found - expected).largestMagnitude <= 2e-5 * expected.largestMagnitude)
    }
    let expected = try outputs.tensor("lpips.distance").reshaped([2])
    let found = network.distance(a, b)
    #expect((found - expected).largestMagnitude <= 2e-5 * expected.largestMagnitude)
  }

  @Test(
    "A picture is at distance 0 from itself, in its map too, and the map's mean is the distance")
  func maps() throws {
    let (a, b) = (try inputs.tensor("in0"), try inputs.tensor("in1"))
    #expect(network.distance(a, a).scalars == [0, 0])
    #expect(network.map(a, a).largestMagnitude == 0)
    #expect(network.map(a, b).shape == [2, 1, 64, 64])
    // Enlarging by whole factors keeps a tap's mean but for the edges' weights.
    let (mean, distance) = (network.map(a, b).planeMeans(), network.distance(a, b))
    for n in 0..<2 { #expect(abs(mean[n, 0] / distance[n] - 1) < 0.05) }
  }

  @Test("The gradient is that of the official package")
  func gradients() throws {
    let (a, b) = (try inputs.tensor("in0"), try inputs.tensor("in1"))
    let (value, found) = valueWithGradient(at: a) { network.distance($0, b).sum() }
    // Tracked pictures are scaled by a product and a sum instead of a difference and a quotient.
    let plain = network.distance(a, b).sum().scalar
    #expect(abs(value.scalar - plain) <= 1e-6 * plain)
    let expected = try outputs.tensor("lpips.grad_in0")
    #expect((found - expected).largestMagnitude <= 1e-4 * expected.largestMagnitude)
    // The distance is symmetric, and so are its gradients.
    let other = valueWithGradient(at: a) { network.distance(b, $0).sum() }.gradient
    #expect((found - other).largestMagnitude <= 1e-5 * expected.largestMagnitude)
  }

  @Test("A picture's distance does not depend on what else is in its batch")
  func batches() throws {
    let (a, b) = (try inputs.tensor("in0"), try inputs.tensor("in1"))
    let alone = network.distance(a.rows(1..<2), b.rows(1..<2))
    #expect(abs(alone[0] - network.distance(a, b)[1]) <= 1e-6)
  }

  @Test("Every layout of the same weights gives the same network")
  func layouts() throws {
    let file = Self.folder.appendingPathComponent("lpips.pth")
    let canonical = try #require(try LPIPSFamily.canonical(Checkpoint(contentsOf: file)))
    let convolutions = canonical.parameters.keys.filter { $0.hasPrefix("net.") }
      .sorted { Self.index($0) < Self.index($1) }
    let order = Set(convolutions.map(Self.index)).sorted()
    func renamed(_ rename: (String) -> String) throws -> [String: Parameter] {
      Dictionary(uniqueKeysWithValues: canonical.parameters.map { (rename($0.key), $0.value) })
    }
    let torchvision = try renamed { name in
      name.replacing(#/net\.slice\d\.(\d+)/#) { "features.\($0.1)" }
        .replacing(#/lin(\d)\.model\.1/#) { "lin.\($0.1)" }
    }
    let dense = try renamed { name in
      name.replacing(#/net\.slice\d\.(\d+)/#) { match in
        "features.\(order.firstIndex(of: Int(match.1) ?? -1) ?? -1)"
      }
    }
    var flax = try renamed { name in
      name.replacing(#/net\.slice\d\.(\d+)/#) { match in
        "VGG16_0.Conv_\(order.firstIndex(of: Int(match.1) ?? -1) ?? -1)"
      }.replacing(#/lin(\d)\.model\.1/#) { "NetLinLayer_\($0.1).Conv_0" }
    }
    for (name, parameter) in flax where name.hasSuffix(".weight") {
      let tensor = try parameter.tensor().permuted([2, 3, 1, 0])
      flax[name] = nil
      flax[name.replacing(".weight", with: ".kernel")] = Parameter(shape: tensor.shape) { tensor }
    }
    let a = try inputs.tensor("in0"), b = try inputs.tensor("in1")
    let expected = network.distance(a, b).bits
    for parameters in [torchvision, dense, flax] {
      let other = try LPIPS(LPIPSFamily.canonical(parameters, file: "sample"))
      #expect(other.name == "lpips-vgg")
      #expect(other.distance(a, b).bits == expected)
    }
  }

  private static func index(_ name: String) -> Int {
    name.firstMatch(of: #/slice\d\.(\d+)/#).flatMap { Int($0.1) } ?? -1
  }

  @Test("Conversion to safetensors and back keeps every bit of the distance")
  func roundTrip() throws {
    let file = Self.folder.appendingPathComponent("lpips.pth")
    let canonical = try #require(try LPIPSFamily.canonical(Checkpoint(contentsOf: file)))
    let (a, b) = (try inputs.tensor("in0"), try inputs.tensor("in1"))
    try ReferenceData.withTemporaryFolder { folder in
      let target = folder.appendingPathComponent("lpips.safetensors")
      try canonical.write(to: target)
      let again = try LPIPS(#require(try LPIPSFamily.canonical(Checkpoint(contentsOf: target))))
      #expect(again.distance(a, b).bits == network.distance(a, b).bits)
    }
  }

  @Test("AlexNet and SqueezeNet of any width have their taps where torchvision's have them")
  func otherTrunks() throws {
    for (trunk, sides) in [
      (PerceptualTrunk.alex, [15, 7, 3, 3, 3]), (.squeeze, [31, 15, 7, 3, 3, 3, 3]),
    ] {
      let network = try LPIPS(LPIPSFamily.canonical(Self.samples(trunk), file: "sample"))
      let features = network.features(Tensor.sample([1, 3, 64, 64]))
      // By torchvision's own arithmetic: 64 → 15 (11, stride 4, padding 2) → 7 → 3; and
      // 64 → 31 (3, stride 2) → 15 → 7 → 3, pooling rounded up.
      #expect(features.map { $0.shape[2] } == sides)
      let least = network.smallestSide
      #expect(network.features(Tensor.sample([1, 3, least, least])).count == sides.count)
    }
  }

  /// Weights of a trunk with few channels, and its heads.
  private static func samples(_ trunk: PerceptualTrunk) -> [String: Parameter] {
    var parameters: [String: Parameter] = [:]
    func add(_ name: String, _ shape: Shape) {
      let tensor = Tensor.sample(shape, seed: UInt64(parameters.count + 1))
      parameters[name] = Parameter(shape: shape) { tensor }
    }
    func convolution(_ name: String, _ outputs: Int, _ inputs: Int, _ kernel: Int) {
      add("\(name).weight", [outputs, inputs, kernel, kernel])
      add("\(name).bias", [outputs])
    }
    if trunk == .alex {
      for (index, (inputs, kernel)) in [0, 3, 6, 8, 10].enumerated().map({
        ($1, ([3, 4, 5, 6, 7][$0], [11, 5, 3, 3, 3][$0]))
      }) {
        convolution(
          "features.\(index)", [0: 4, 3: 5, 6: 6, 8: 7, 10: 8][index] ?? 0, inputs, kernel)
      }
      for tap in 0..<5 { add("lin\(tap).model.1.weight", [1, tap + 4, 1, 1]) }
    } else {
      convolution("features.0", 4, 3, 3)
      for index in [3, 4, 6, 7, 9, 10, 11, 12] {
        convolution("features.\(index).squeeze", 2, 4, 1)
        convolution("features.\(index).expand1x1", 2, 2, 1)
        convolution("features.\(index).expand3x3", 2, 2, 3)
      }
      for tap in 0..<7 { add("lins.\(tap).model.1.weight", [1, 4, 1, 1]) }
    }
    return parameters
  }

  @Test("What is missing, misshaped or no trunk of LPIPS is refused by name")
  func refusals() throws {
    var parameters = Self.samples(.alex)
    parameters["features.3.bias"] = nil
    let wide = Tensor.sample([1, 9, 1, 1])
    parameters["lin2.model.1.weight"] = Parameter(shape: wide.shape) { wide }
    let error = #expect(throws: NetworkError.self) {
      try LPIPS(LPIPSFamily.canonical(parameters, file: "sample"))
    }
    let text = try #require(error).description
    #expect(text.contains("net.slice2.3.bias") && text.contains("lin2.model.1.weight"))
    parameters["features.6.weight"] = nil
    parameters["features.6.bias"] = nil
    #expect(throws: NetworkError.self) { try LPIPSFamily.canonical(parameters, file: "sample") }
    parameters = Self.samples(.alex)
    let mean = Tensor.sample([4])
    parameters["features.1.running_mean"] = Parameter(shape: [4]) { mean }
    #expect(throws: NetworkError.self) { try LPIPSFamily.canonical(parameters, file: "sample") }
  }
}
