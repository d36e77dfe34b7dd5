import Checkpoints
import Foundation
import Networks
import TestSupport
import Tensors
import Testing

@Suite("Broken networks")
struct NetworkErrorTests {
  /// The error of loading a network that `edit` changed.
  static func error(
    _ network: SyntheticStyleGAN2 = SyntheticStyleGAN2(), _ edit: (inout [String: Tensor]) -> Void
  ) throws -> NetworkError? {
    try network.withCheckpoint(edit: edit) { checkpoint in
      do {
        _ = try Generators.load(checkpoint)
        return nil
      } catch let error as NetworkError {
        return error
      }
    }
  }

  @Test("Everything that is missing, misshaped or unknown is in one report")
  func oneReport() throws {
    let error = try Self.error { tensors in
      tensors["synthesis.b8.conv0.affine.bias"] = nil
      tensors["mapping.fc1.bias"] = nil
      tensors["synthesis.b16.conv1.bias"] = Tensor(zeros: [9])
      tensors["synthesis.b4.torgb.weight"] = Tensor(zeros: [3, 6])
      tensors["synthesis.b8.conv1.attention"] = Tensor(zeros: [2])
      tensors["somebody.else"] = Tensor(zeros: [])
    }
    guard case .mismatch(let file, let family, let missing, let misshaped, let unused) = error
    else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(file.hasSuffix("network.safetensors") && family == "StyleGAN2")
    #expect(missing == ["mapping.fc1.bias [5]", "synthesis.b8.conv0.affine.bias [6]"])
    #expect(
      misshaped == [
        "synthesis.b16.conv1.bias [9] instead of [4]",
        "synthesis.b4.torgb.weight [3, 6] instead of [3, 6, 1, 1]",
      ])
    #expect(unused == ["somebody.else", "synthesis.b8.conv1.attention"])
    let text = "\(try #require(error))"
    #expect(text.contains("2 missing") && text.contains("2 of unexpected shape"))
    #expect(text.contains("2 not known") && text.contains("network.safetensors"))
  }

  @Test("A gap in the middle of the layers is reported as one, not as what follows it")
  func gaps() throws {
    var network = SyntheticStyleGAN2()
    network.mappingLayers = 4
    let expected = [
      "synthesis.b8.conv1.weight": "synthesis.b8.conv1.weight [5, 5, 3, 3]",
      "mapping.fc1.weight": "mapping.fc1.weight [7, 7]",
    ]
    for (name, missing) in expected {
      let error = try Self.error(network) { $0[name] = nil }
      guard case .mismatch(_, _, let found, let misshaped, let unused) = error else {
        Issue.record("\(String(describing: error))")
        continue
      }
      #expect(found == [missing] && misshaped.isEmpty && unused.isEmpty)
    }
  }

  @Test("Any tensor may be missing: the report names it")
  func missing() throws {
    var network = SyntheticStyleGAN2()
    network.classes = 3
    for architecture in SyntheticStyleGAN2.Architecture.allCases {
      network.architecture = architecture
      for name in network.tensors().map(\.name) {
        let error = try Self.error(network) { $0[name] = nil }
        // Filters that a layer does not use, w_avg and the noise of all layers may be absent.
        guard let error else {
          #expect(
            name.hasSuffix("resample_filter") || name == "mapping.w_avg", "\(name) is not missed")
          continue
        }
        #expect("\(error)".utf8.count > 20)
      }
    }
  }

  @Test("Any tensor may have any shape: an error, never a crash")
  func misshaped() throws {
    var network = SyntheticStyleGAN2()
    network.resolution = 8
    network.classes = 3
    for architecture in SyntheticStyleGAN2.Architecture.allCases {
      network.architecture = architecture
      for (name, tensor) in network.tensors() {
        for shape in [
          [], [1], [0], [2, 3], [0, 0], [4, 4, 4, 4], [3, 0, 1, 1], [1, 1, 1, 1, 1],
        ] as [Shape]
        where shape != tensor.shape {
          let error = try Self.error(network) { $0[name] = Tensor(zeros: shape) }
          if error == nil {
            // A filter may have any extent, and a label of another width is another network.
            #expect(
              name.hasSuffix("resample_filter") || name.hasSuffix("embed.weight"),
              "\(name) as \(shape)")
          }
        }
      }
    }
  }

  @Test("A checkpoint of no family is refused, with what it holds and what is known")
  func unknownFamily() throws {
    let error = try Self.error { tensors in
      tensors = ["a": Tensor(1), "b": Tensor(2)]
    }
    guard case .unknownFamily(_, let found) = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(found == "2 tensors, first a, b")
    #expect("\(try #require(error))".contains("StyleGAN2"))
  }

  /// A canonical file whose configuration text is changed.
  static func load(configuration change: (String) -> String) throws -> any Error {
    try SyntheticStyleGAN2().withCheckpoint { checkpoint in
      var network = try Generators.canonical(checkpoint)
      network.configuration = change(network.configuration)
      return try ReferenceData.withTemporaryFolder { folder in
        let url = folder.appendingPathComponent("canonical.safetensors")
        try network.write(to: url)
        do {
          _ = try Generators.load(Checkpoint(contentsOf: url))
          return CocoaError(.featureUnsupported)
        } catch {
          return error
        }
      }
    }
  }

  @Test(
    "A stored configuration that lies is one clear error",
    arguments: [
      ("\"zDim\":6", "\"zDim\":-6"), ("\"zDim\":6", "\"zDim\":9000000000000000000"),
      ("\"zDim\":6", "\"zDim\":\"six\""), ("\"wDim\":5", "\"wDim\":0"),
      ("\"wDim\":5", "\"wDim\":65536"), ("\"channels\":[6,5,4]", "\"channels\":[]"),
      ("\"channels\":[6,5,4]", "\"channels\":[6,5,4,3,3,3,3,3,3,3,3,3,3,3,3,3,3,3,3]"),
      ("\"channels\":[6,5,4]", "\"channels\":[6,-5,4]"),
      ("\"channels\":[6,5,4]", "\"channels\":[60000,60000,60000]"),
      ("\"resolution\":16", "\"resolution\":17"), ("\"classes\":0", "\"classes\":-1"),
      ("\"mappingLayers\":2", "\"mappingLayers\":1000000000"),
      ("\"mappingLayers\":2", "\"mappingLayers\":0"),
      ("\"layerFeatures\":7", "\"layerFeatures\":-7"),
      ("\"imageChannels\":3", "\"imageChannels\":0"),
      ("\"architecture\":\"skip\"", "\"architecture\":\"stack\""),
      ("\"activation\":\"lrelu\"", "\"activation\":\"maxout\""), ("{", "["),
    ])
  func lyingConfiguration(old: String, new: String) throws {
    var hasChanged = false
    let error = try Self.load { text in
      let changed = text.replacing(old, with: new, maxReplacements: 1)
      hasChanged = changed != text
      return changed
    }
    #expect(hasChanged, "\(old) is not in the configuration")
    #expect(error is NetworkError, "\(error)")
  }

  @Test("A canonical file of an unknown family is refused")
  func foreignCanonical() throws {
    try SyntheticStyleGAN2().withCheckpoint { checkpoint in
      var network = try Generators.canonical(checkpoint)
      network.family = "StyleGAN9"
      #expect(throws: NetworkError.self) { try Generators.load(network) }
    }
  }
}
