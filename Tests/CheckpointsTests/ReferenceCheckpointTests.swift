import Checkpoints
import Foundation
import TestSupport
import Testing

@Suite(
  "Reference checkpoints",
  .enabled(if: ReferenceData.shared != nil, Comment(rawValue: ReferenceData.sharedIsMissing)))
struct ReferenceCheckpointTests {
  /// A checkpoint of a case, what format it has, and whether it carries code.
  struct Sample: CustomTestStringConvertible {
    let path: String
    let weights: String
    let format: String
    var containsCode = false
    /// Weights whose names start like this are in another file.
    var leftOut = "-"
    /// Turns a name in the checkpoint into one in the weights.
    var rename: @Sendable (String) -> String = { $0 }

    var testDescription: String { path }
  }

  static let samples: [Sample] =
    ["s2ada_cond", "s2ada_orig", "s2ada_resnet", "s2ada_skip", "s2ada_losses"].map {
      Sample(
        path: "\($0)/network-snapshot-001234.pkl", weights: "weights", format: "NVLabs pickle",
        containsCode: true)
    }
    + [
      "sg2_from_sg3repo/network-snapshot-000100.pkl", "sg3_t/network-snapshot-000500.pkl",
      "sg3_r/network-snapshot-000500.pkl",
    ].map {
      Sample(path: $0, weights: "weights", format: "NVLabs pickle", containsCode: true)
    }
    + ["checkpoint_zip.pt", "checkpoint_zip_torch16.pt", "checkpoint_legacy.pt"].map {
      Sample(
        path: "rosinality_pt/\($0)", weights: "weights",
        format: $0.contains("legacy") ? "torch legacy" : "torch zip",
        leftOut: "d.")
    }
    + [
      "sg1_auto/network-final.pkl", "sg1_fused/network-final.pkl", "sg1_unfused/network-final.pkl",
      "sg2tf_skip/stylegan2-config.pkl", "sg2tf_orig/stylegan2-config.pkl",
      "sg2tf_resnet/stylegan2-config.pkl", "sg2tf_cond/network-final.pkl",
      "sg2tf_revised/network-final.pkl", "sg2ada_tf_cond/network-final.pkl",
      "progan_fused/network-final.pkl", "progan_unfused/network-final.pkl",
    ].map {
      Sample(
        path: $0, weights: "weights_tf_names", format: "TensorFlow network pickle",
        containsCode: true, rename: { $0.replacing(".", with: "/") })
    }

  @Test("Every tensor equals the converted weights", arguments: samples)
  func tensors(sample: Sample) throws {
    let url = try ReferenceData.shared("goldens/\(sample.path)")
    let folder = url.deletingLastPathComponent()
    let expected = try Checkpoint(
      contentsOf: folder.appending(path: "\(sample.weights).safetensors"))
    let checkpoint = try Checkpoint(contentsOf: url)
    #expect(checkpoint.format.name == sample.format)
    #expect(checkpoint.containsCode == sample.containsCode)
    let names = Dictionary(
      checkpoint.names.map { (sample.rename($0), $0) }, uniquingKeysWith: { first, _ in first })
    var largest: Float = 0
    var compared = 0
    for wanted in expected.names where !wanted.hasPrefix(sample.leftOut) {
      let name = try #require(names[wanted], "\(wanted) of \(checkpoint.names.prefix(8))")
      let reference = try expected.tensor(wanted)
      compared += 1
      let tensor = try checkpoint.tensor(name)
      // Safetensors of these cases write scalars as [] or [1].
      #expect(tensor.count == reference.count, "\(wanted)")
      largest = max(largest, largestDifference(tensor.reshaped(reference.shape), reference) ?? .nan)
    }
    print(
      "\(sample.path): \(checkpoint.names.count) tensors, \(compared) compared, "
        + "largest difference \(largest), \(checkpoint.modules.count) modules")
    #expect(largest == 0)
  }

  @Test("NVLabs modules carry their class and configuration")
  func configuration() throws {
    let url = try ReferenceData.shared("goldens/s2ada_cond/network-snapshot-001234.pkl")
    let checkpoint = try Checkpoint(contentsOf: url)
    let generator = try #require(checkpoint.module("G_ema"))
    #expect(generator.className == "Generator")
    #expect(generator.configuration["img_resolution"]?.integer == 32)
    #expect(generator.configuration["c_dim"]?.integer == 3)
    let options = try #require(generator.configuration["_init_kwargs"]?["synthesis_kwargs"])
    #expect(options["channel_base"]?.integer == 256)
    #expect(options["resample_filter"]?.elements?.compactMap(\.integer) == [1, 3, 3, 1])
    #expect(checkpoint.module("G_ema.synthesis.b4")?.className == "SynthesisBlock")
  }

  @Test("TensorFlow networks carry their static arguments")
  func staticArguments() throws {
    let url = try ReferenceData.shared("goldens/sg2tf_skip/stylegan2-config.pkl")
    let checkpoint = try Checkpoint(contentsOf: url)
    let generator = try #require(checkpoint.module("Gs"))
    #expect(generator.configuration["resolution"]?.integer == 64)
    #expect(generator.configuration["version"]?.integer == 4)
    #expect(checkpoint.module("Gs.synthesis")?.className == "dnnlib.tflib.network.Network")
    #expect(checkpoint.tensors["Gs.dlatent_avg"] != nil)
  }

  @Test("Every other checkpoint of the reference cases reads whole")
  func others() throws {
    let goldens = try ReferenceData.shared("goldens")
    let local = try ReferenceData.shared("data")
    for folder in [goldens, local] {
      let files = FileManager.default.enumerator(at: folder, includingPropertiesForKeys: nil)
      for case let url as URL in files ?? .init() {
        guard ["pt", "pth", "pkl", "npy", "npz", "safetensors"].contains(url.pathExtension),
          !["pickle_malicious", "pickle_objects", "numpy_files"].contains(
            url.deletingLastPathComponent().lastPathComponent),
          !url.lastPathComponent.hasPrefix("bad_")
        else { continue }
        let checkpoint = try Checkpoint(contentsOf: url)
        #expect(!checkpoint.names.isEmpty, "\(url.path)")
        for tensor in checkpoint.tensors.values { _ = try tensor.tensor() }
        print("\(url.lastPathComponent): \(checkpoint.format), \(checkpoint.names.count) tensors")
      }
    }
  }

  @Test(
    "Networks with damaged bytes are a value or an error", .timeLimit(.minutes(5)),
    arguments: [
      "sg2_from_sg3repo/network-snapshot-000100.pkl", "progan_fused/network-final.pkl",
      "rosinality_pt/checkpoint_legacy.pt", "clip_vit_a/clip.pt",
    ])
  func damaged(path: String) throws {
    let bytes = try [UInt8](Data(contentsOf: ReferenceData.shared("goldens/\(path)")))
    var generator = SeededGenerator(state: 821)
    var values = 0
    let rounds = 400
    for round in 0..<rounds {
      var damaged = bytes
      for _ in 0...round % 50 {
        damaged[Int.random(in: 0..<bytes.count, using: &generator)] =
          UInt8.random(in: 0...255, using: &generator)
      }
      if try Samples.tensorCount(damaged, named: path) != nil { values += 1 }
    }
    print("\(path): \(rounds) damaged copies, \(values) still read")
  }
}
