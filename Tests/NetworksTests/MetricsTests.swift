import Checkpoints
import Foundation
import Networks
import TestSupport
import Tensors
import Testing

@Suite("Metrics of features")
struct MetricsTests {
  let generated: Tensor
  let real: Tensor
  let probabilities: Tensor
  let values: [String: Double]

  init() throws {
    let folder = ReferenceData.fixture("networks/metrics_features")
    let inputs = try Checkpoint(contentsOf: folder.appendingPathComponent("inputs.safetensors"))
    (generated, real) = (try inputs.tensor("gen"), try inputs.tensor("real"))
    probabilities = try inputs.tensor("probs")
    let data = try Data(contentsOf: folder.appendingPathComponent("case.json"))
    let notes = try JSONSerialization.jsonObject(with: data) as? [String: Any]
    values = try #require(notes?["values"] as? [String: Double])
  }

  private func expect(_ found: Double?, _ name: String) throws {
    let (found, expected) = (try #require(found), try #require(values[name]))
    #expect(abs(found - expected) <= 1e-5 * abs(expected), "\(name): \(found)")
  }

  @Test("FID is the official code's, and 0 for a set and itself")
  func frechet() throws {
    let moments = FeatureMoments(generated)
    try expect(moments.frechetDistance(to: FeatureMoments(real)), "fid")
    #expect(abs(try #require(moments.frechetDistance(to: moments))) < 1e-9)
  }

  @Test("KID is the official code's, with NumPy's subsets")
  func kernel() throws {
    var random = RandomState(seed: 3)
    try expect(
      KernelDistance.distance(
        generated: generated, real: real, subsets: 10, largest: 100, random: &random),
      "kid_subsets10_size100_seed3")
    random = RandomState(seed: 0)
    try expect(
      KernelDistance.distance(
        generated: generated, real: real, subsets: 1, largest: 1000, random: &random),
      "kid_one_subset_of_all_seed0")
  }

  @Test("Precision and recall are the official code's", arguments: [3, 5])
  func coverage(k: Int) throws {
    try expect(
      PrecisionRecall.coverage(of: generated, by: real, neighbour: k), "precision_k\(k)")
    try expect(PrecisionRecall.coverage(of: real, by: generated, neighbour: k), "recall_k\(k)")
  }

  @Test("So is the Inception Score; one class for certain counts")
  func inception() throws {
    let score = try #require(InceptionScore.score(probabilities, splits: 10))
    try expect(score.mean, "inception_score_mean_10splits")
    try expect(score.deviation, "inception_score_std_10splits")
    // Two pictures, each surely of a class of its own: exp(log 2).
    let sure = Tensor([1, 0, 0, 1], shape: [2, 2])
    #expect(abs(try #require(InceptionScore.score(sure, splits: 1)).mean - 2) < 1e-12)
    #expect(InceptionScore.score(sure, splits: 3) == nil)
  }

  @Test("Steps along great circles and the trimmed mean are those of the official path length")
  func pathLength() throws {
    let folder = ReferenceData.fixture("networks/path_length")
    let inputs = try Checkpoint(contentsOf: folder.appendingPathComponent("inputs.safetensors"))
    let outputs = try Checkpoint(contentsOf: folder.appendingPathComponent("outputs.safetensors"))
    let ends = (try inputs.tensor("z0"), try inputs.tensor("z1"))
    let t = try inputs.tensor("t").scalars
    try #expect(
      relativeError(PathLength.slerp(ends.0, ends.1, t), outputs.tensor("slerp_full")) <= 1e-6)
    let further = PathLength.slerp(ends.0, ends.1, t.map { $0 + 1e-2 })
    try #expect(relativeError(further, outputs.tensor("slerp_full_plus_eps1e-2")) <= 1e-6)
    let lengths = try inputs.tensor("distances500").scalars
    let trimmed = try #require(PathLength.trimmedMean(lengths))
    #expect(abs(trimmed.mean - 5.572536468505859) <= 1e-5)
    #expect(abs(trimmed.low - 0.5681058) <= 1e-6 && abs(trimmed.high - 17.857491) <= 1e-5)
    #expect(PathLength.trimmedMean([]) == nil)
  }
}
