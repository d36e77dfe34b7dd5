import Editing
import Foundation
import Imaging
import Networks
import Tensors

/// How near an inversion came to its target.
struct InversionQuality: Encodable {
  /// The first distance that was minimised, most often LPIPS; pictures shrunk to 256 pixels.
  let distance: Float
  /// The mean squared difference of samples in −1 to 1.
  let l2: Float
  /// MS-SSIM, 1 for equal pictures.
  let similarity: Float

  init(_ result: Image, _ target: Image, by judge: any PerceptualDistance) {
    let (a, b) = (result.tensor(), target.tensor())
    distance = judge.customaryValue(
      judge.distance(a.averaged(side: 256), b.averaged(side: 256)).scalar)
    l2 = SquaredDistance().distance(a, b).scalar
    similarity = 1 - StructuralSimilarity().distance(a, b).scalar
  }

  enum CodingKeys: String, CodingKey {
    case distance = "lpips", l2
    case similarity = "msSSIM"
  }
}

/// How an inversion ended.
struct InversionReport: Encodable {
  let name, photo, network: String
  let steps: Int
  let quality: InversionQuality
  /// What the first distance is called.
  let metric: String
  let seconds: Double
  /// In bytes.
  let peakMemory: Int
  let output: String?

  private enum CodingKeys: String, CodingKey {
    case name, photo, network, steps, metric, seconds, peakMemory, output
  }

  func encode(to encoder: any Encoder) throws {
    try quality.encode(to: encoder)
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(name, forKey: .name)
    try container.encode(photo, forKey: .photo)
    try container.encode(network, forKey: .network)
    try container.encode(steps, forKey: .steps)
    try container.encode(metric, forKey: .metric)
    try container.encode(seconds, forKey: .seconds)
    try container.encode(peakMemory, forKey: .peakMemory)
    try container.encodeIfPresent(output, forKey: .output)
  }

  /// The distances on one line.
  var summary: String {
    String(
      format: "%@ %.4f, l2 %.4f, ms-ssim %.4f after %d steps", metric, quality.distance, quality.l2,
      quality.similarity, steps)
  }

  func show() {
    print("\(name): \(summary)")
    print(
      String(
        format: "%.0f s, %.0f MB at most%@", seconds, Double(peakMemory) / 1e6,
        output.map { "; \($0)" } ?? ""))
  }
}
