import Foundation
import TestSupport
import Testing

@Suite("Comparing pictures")
struct CompareTests {
  @Test("A picture is equal to itself and differs from another, by every metric")
  func values() throws {
    try Workplace.with { place in
      try place.succeed("generate --network small --seeds 1,2 --outdir out")
      let narrow = ReferenceData.fixture("networks/lpips_narrow/lpips.pth").path
      let metrics = "l1,l2,ms-ssim,gradient,\(narrow)"
      let same = try place.run(
        "compare", "out/seed0001.png", "out/seed0001.png", "--metric", metrics)
      #expect(same.code == 0, "\(same.errors)")
      let lines = same.output.split(separator: "\n").map(String.init)
      #expect(
        lines.map { $0.split(separator: " ").first.map(String.init) }
          == ["l1", "l2", "ms-ssim", "gradient", "lpips-vgg"])
      #expect(lines[2].hasSuffix(" 1.000000") && lines[4].hasSuffix(" 0.000000"))
      let other = try place.run(
        "compare", "out/seed0001.png", "out/seed0002.png", "--metric", metrics, "--json")
      let report = try JSONDecoder().decode(Report.self, from: Data(other.output.utf8))
      #expect(report.width == 64 && report.values.count == 5)
      #expect(report.values.allSatisfy { $0.key == "ms-ssim" ? $0.value < 1 : $0.value > 0 })
    }
  }

  private struct Report: Decodable {
    let width: Int
    let values: [String: Float]
  }

  @Test("Pictures of two sizes, unknown metrics and too small pictures are refused")
  func refusals() throws {
    try Workplace.with { place in
      try place.succeed("generate --network small --seeds 1 --outdir out --grid 1x1")
      let picture = "out/seed0001.png"
      try place.expectRefusal(
        ["compare", picture, picture, "--metric", "ssim"], code: 1,
        says: ["there is no metric 'ssim'", "ms-ssim"])
      try place.expectRefusal(
        ["compare", picture, picture, "--metric", "l2,,l1"], code: 64,
        says: ["is not a list of metrics"])
      try place.expectRefusal(
        ["compare", picture, picture, "--metric", "ms-ssim", "--side", "8"], code: 1,
        says: ["11 pixels a side and more"])
      try place.expectRefusal(
        ["compare", picture, picture, "--metric", "small"], code: 1,
        says: ["holds no LPIPS network"])
      try place.expectRefusal(["compare", picture, "none.png"], code: 1, says: ["none.png"])
    }
  }
}
