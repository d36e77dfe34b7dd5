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

  private struct Table: Decodable {
    struct Group: Decodable {
      struct Line: Decodable { let name: String, read: Double, change, low, high: Double }
      let name: String, share: Double, attributes: [Line]
    }
    let direction: String, seeds: Int, groups: [Group], unread: [String]
  }

  @Test("Directions are measured by what is known of drawn cars")
  func leakage() throws {
    try Workplace.with { place in
      try place.succeed("new p.atelier --network small --seed 1 --name a")
      try place.succeed("directions discover p.atelier --network small --method sefa --count 2")
      let line =
        "directions measure p.atelier sefa-all-0 sefa-all-1 --network small --data cars --seeds 0-7 "
        + "--fit 40 --readable -9 --metric \(Self.metric)"
      let tables = try JSONDecoder().decode(
        [Table].self, from: Data(place.succeed("\(line) --json").output.utf8))
      #expect(tables.map(\.direction) == ["sefa-all-0", "sefa-all-1"] && tables[0].seeds == 8)
      #expect(tables[0].groups.first?.share == 1)
      let lines = tables[0].groups.flatMap(\.attributes)
      #expect(lines.contains { $0.name == "paint.r" } && lines.allSatisfy { $0.read <= 1 })
      #expect(lines.allSatisfy { $0.low <= $0.change && $0.change <= $0.high })
      // A move by nothing changes nothing.
      let still = try JSONDecoder().decode(
        [Table].self, from: Data(place.succeed("\(line) --json --by 0").output.utf8))
      #expect(still[0].groups.flatMap(\.attributes).allSatisfy { $0.change == 0 })
      #expect(try place.succeed(line).output.contains("sefa-all-1: by 2.0 in layers all"))
    }
  }

  @Test("Directions cannot be measured with pictures of which nothing is known")
  func nothingKnown() throws {
    try Workplace.with { place in
      try place.succeed("generate --network small --seeds 0-39 --outdir own")
      try place.succeed("new p.atelier --network small --seed 1 --name a")
      try place.succeed("directions discover p.atelier --network small --method sefa --count 1")
      let line =
        "directions measure p.atelier sefa-all-0 --network small --metric \(Self.metric) --data "
      for (rest, reason) in [
        ("own", "nothing is known"), ("cars --mirror --data-count 30", "nothing is known"),
        ("nowhere", "no such folder"),
      ] {
        let run = try place.run(words: line + rest)
        #expect(run.code == 1 && run.errors.contains(reason), "\(run.errors)")
      }
      #expect(try place.run(words: line + "cars --seeds 3").code == 64)
    }
  }
}
