import Tensors

/// K-means: `count` centres that make the squared distances of points to their nearest centre small
/// (Lloyd, 1982), begun by k-means++ (Arthur and Vassilvitskii, 2007).
///
/// The best of several beginnings is kept. Draws come from NumPy's `RandomState` and sums are in
/// double precision in a fixed order, so that a seed gives the same centres everywhere.
public struct KMeans: Sendable {
  /// The centres.
  public let centers: [[Double]]
  /// The centre of every point.
  public let assignments: [Int]
  /// Σ of the squared distances.
  public let inertia: Double

  /// Clusters points of one width, at least `count` of them.
  ///
  /// - Parameters:
  ///   - points: The points.
  ///   - count: The number of centres, at least 1.
  ///   - seed: The seed of the draws.
  ///   - beginnings: How many beginnings are tried.
  ///   - rounds: The most rounds after each.
  public init(
    _ points: [[Double]], count: Int, seed: UInt32 = 0, beginnings: Int = 10, rounds: Int = 300
  ) {
    precondition(count >= 1 && points.count >= count, "\(count) centres of \(points.count) points")
    precondition(points.allSatisfy { $0.count == points[0].count }, "points of several widths")
    var random = RandomState(seed: seed)
    var best: Solution?
    for _ in 0..<max(beginnings, 1) {
      var solution = Solution(centers: Self.seeded(points, count, &random), points: points)
      for _ in 0..<rounds {
        if !solution.improve(points) { break }
      }
      if solution.inertia < best?.inertia ?? .infinity { best = solution }
    }
    centers = best?.centers ?? Array(points.prefix(count))
    assignments = best?.assignments ?? []
    inertia = best?.inertia ?? .infinity
  }

  /// The first centres: each far from those before, with a probability by the squared distance.
  private static func seeded(
    _ points: [[Double]], _ count: Int, _ random: inout RandomState
  ) -> [[Double]] {
    var centers = [points[random.integer(in: 0..<points.count)]]
    var distances = points.map { distance($0, centers[0]) }
    while centers.count < count {
      var left = random.uniform() * distances.reduce(0, +)
      let next = distances.firstIndex { distance in
        left -= distance
        return left < 0
      }
      // Where all points lie on centres already, any will do.
      centers.append(points[next ?? random.integer(in: 0..<points.count)])
      for (i, point) in points.enumerated() {
        distances[i] = min(distances[i], distance(point, centers[centers.count - 1]))
      }
    }
    return centers
  }

  fileprivate static func distance(_ a: [Double], _ b: [Double]) -> Double {
    zip(a, b).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
  }

  /// One state of Lloyd's algorithm.
  private struct Solution {
    var centers: [[Double]]
    var assignments: [Int]
    var inertia: Double

    init(centers: [[Double]], points: [[Double]]) {
      self.centers = centers
      (assignments, inertia) = Self.assigned(points, to: centers)
    }

    /// Moves every centre to the mean of its points; `false` once nothing changes any more.
    mutating func improve(_ points: [[Double]]) -> Bool {
      var sums = centers.map { [Double](repeating: 0, count: $0.count) }
      var counts = [Double](repeating: 0, count: centers.count)
      for (point, center) in zip(points, assignments) {
        counts[center] += 1
        for i in point.indices { sums[center][i] += point[i] }
      }
      // A centre without points goes to the point that is farthest from its own.
      for empty in counts.indices where counts[empty] == 0 {
        let worst = points.indices.max {
          KMeans.distance(points[$0], centers[assignments[$0]])
            < KMeans.distance(points[$1], centers[assignments[$1]])
        }
        sums[empty] = points[worst ?? 0]
        counts[empty] = 1
      }
      centers = zip(sums, counts).map { sum, count in sum.map { $0 / count } }
      let (next, inertia) = Self.assigned(points, to: centers)
      defer { (assignments, self.inertia) = (next, inertia) }
      return next != assignments
    }

    private static func assigned(
      _ points: [[Double]], to centers: [[Double]]
    ) -> (assignments: [Int], inertia: Double) {
      var inertia = 0.0
      let assignments = points.map { point in
        var best = (index: 0, distance: Double.infinity)
        for (index, center) in centers.enumerated() {
          let distance = KMeans.distance(point, center)
          if distance < best.distance { best = (index, distance) }
        }
        inertia += best.distance
        return best.index
      }
      return (assignments, inertia)
    }
  }
}
