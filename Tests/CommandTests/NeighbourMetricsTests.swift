import Foundation
import Imaging
import TestSupport
import Testing

@Suite("Metrics of networks")
struct NeighbourMetricsTests {
  private static let metric = ReferenceData.fixture("networks/lpips_narrow/lpips.pth").path

  private struct Report: Decodable {
    let count: Int
    let frechetDistance, kernelDistance, precision, recall, nearest, nearestOfData: Double
  }

  @Test("A network's own pictures are nearer to it than cars are, and numbers come again")
  func metrics() throws {
    try Workplace.with { place in
      try place.succeed("generate --network small --seeds 0-39 --outdir own")
      func report(_ data: String) throws -> Report {
        let run = try place.run(
          [
            "metrics", "--network", "small", "--data", data, "--count", "40", "--metric",
            Self.metric, "--json", "--neighbours", "near.png",
          ])
        #expect(run.code == 0, "\(run.errors)")
        return try JSONDecoder().decode(Report.self, from: Data(run.output.utf8))
      }
      let own = try report("own"), cars = try report("cars")
      #expect(own.count == 40 && own.frechetDistance < cars.frechetDistance)
      #expect(own.nearest < cars.nearest && own.precision >= cars.precision)
      #expect(try report("cars").frechetDistance == cars.frechetDistance)
      // Eight rows of twice a picture and its five neighbours.
      #expect(try place.image("near.png").width > 12 * 96)
    }
  }
}
