import Editing
import Foundation
import Imaging
import TestSupport
import Tensors
import Testing

@Suite("Styles of instances")
struct InstanceStyleTests {
  /// 8 × 8: sky (23) above, two cars (26001, 26002) below, the second larger.
  static let map = IntegerMap(
    width: 8, height: 8, values: (0..<64).map { $0 < 32 ? 23 : $0 % 8 < 3 ? 26_001 : 26_002 })

  @Test("An instance's style is the mean over its pixels, its share the official area ratio")
  func means() {
    let features = Tensor.sample([1, 2, 8, 8])
    let styles = InstanceStyles(features: features, instances: Self.map)
    #expect(styles.rows.map(\.id) == [23, 26_001, 26_002])
    #expect(styles.rows.map(\.label) == [23, 26, 26])
    // ⌊64 / 32⌋ = 2 pixels are the unit.
    #expect(styles.rows.map(\.share) == [16, 6, 10])
    for row in styles.rows {
      let pixels = (0..<64).filter { Self.map.values[$0] == row.id }
      for channel in 0..<2 {
        let mean = pixels.reduce(0.0) { $0 + Double(features[0, channel, $1 / 8, $1 % 8]) }
        #expect(abs(mean / Double(pixels.count) - Double(row.vector[channel])) < 1e-6)
      }
    }
    let painted = styles.painted(on: Self.map)
    #expect(relativeError(painted, features.averagedOverRegions([Self.map.values])) < 1e-6)
    #expect(throws: Never.self) {
      let table = try InstanceStyles(tensor: styles.tensor, what: "the table")
      #expect(table.rows.map(\.vector) == styles.rows.map(\.vector))
    }
  }

  @Test("K-means finds groups that lie apart, and repeats itself")
  func kMeans() {
    var random = RandomState(seed: 7)
    let places = [(0.0, 0.0), (5.0, 5.0), (-5.0, 5.0)]
    let points = (0..<90).map { i in
      [places[i % 3].0 + 0.1 * random.gaussian(), places[i % 3].1 + 0.1 * random.gaussian()]
    }
    let clusters = KMeans(points, count: 3, seed: 1)
    for (i, point) in points.enumerated() {
      let center = clusters.centers[clusters.assignments[i]]
      #expect(abs(center[0] - places[i % 3].0) < 0.1 && abs(center[1] - places[i % 3].1) < 0.1)
      #expect(abs(point[0] - center[0]) < 1)
    }
    let again = KMeans(points, count: 3, seed: 1)
    #expect(again.centers == clusters.centers && again.inertia == clusters.inertia)
    // As many centres as points leave nothing over, and equal points do not stop it.
    #expect(KMeans([[1], [2], [4]], count: 3).inertia == 0)
    #expect(KMeans([[1], [1], [1]], count: 2).inertia == 0)
  }

  @Test("Clusters count instances above half the unit of area, at most so many centres a class")
  func clusters() {
    func row(_ label: Int32, _ share: Double, _ x: Float) -> InstanceStyles.Row {
      InstanceStyles.Row(id: label, label: label, share: share, vector: [x, -x])
    }
    let clusters = StyleClusters(
      [row(26, 0.5, 9), row(26, 0.6, 1), row(26, 3, 2), row(24, 0.1, 3), row(7, 8, 4)], count: 1)
    #expect(clusters.centers.keys.sorted() == [7, 26])
    #expect(clusters.centers[26] == [[1.5, -1.5]])
    #expect(clusters.center(0, of: 7) == [4, -4] && clusters.center(1, of: 7) == nil)
  }

  @Test(
    "Official cluster files read alike from both generations of NumPy",
    .enabled(if: ReferenceData.shared != nil, Comment(rawValue: ReferenceData.sharedIsMissing)))
  func files() throws {
    let folder = try ReferenceData.shared("goldens/pix2pixhd_encoder_a")
    let new = try StyleClusters(
      contentsOf: folder.appendingPathComponent("features_clustered_003.npy"))
    let old = try StyleClusters(
      contentsOf: folder.appendingPathComponent("features_clustered_003_numpy1_protocol2.npy"))
    #expect(new == old && new.width == 3 && new.centers.count == 10)
    #expect(try StyleClusters(tensor: new.tensor, what: "").centers.keys == new.centers.keys)
    #expect(throws: EditingError.self) {
      try StyleClusters(contentsOf: folder.appendingPathComponent("inputs.safetensors"))
    }
  }
}
