import Tensors

/// How much of one set of features lies in the neighbourhoods of another (Kynkäänniemi et al.,
/// arXiv 1904.06991).
///
/// Every feature of a set has a ball that reaches to its k-th nearest neighbour in the set, itself
/// not counted; a probe is covered if it lies in some ball, its surface included.
public enum PrecisionRecall {
  /// The share of `probes` `[N, width]` that the balls of `set` `[M, width]`, M > k, cover.
  ///
  /// Precision is the cover of generated probes by real features, recall that of real probes by
  /// generated ones.
  public static func coverage(of probes: Tensor, by set: Tensor, neighbour k: Int) -> Double {
    precondition(
      probes.shape.rank == 2 && set.shape.rank == 2 && probes.shape[1] == set.shape[1]
        && k >= 1 && set.shape[0] > k && probes.shape[0] > 0,
      "coverage of \(probes.shape) by \(set.shape), neighbour \(k)")
    let members = rows(set), candidates = rows(probes)
    let radii = members.map { member in
      members.map { squaredDistance(member, $0) }.sorted()[k]
    }
    let covered = candidates.count { probe in
      zip(members, radii).contains { squaredDistance(probe, $0) <= $1 }
    }
    return Double(covered) / Double(candidates.count)
  }

  private static func rows(_ features: Tensor) -> [[Double]] {
    (0..<features.shape[0]).map { features.row($0).scalars.map(Double.init) }
  }

  private static func squaredDistance(_ a: [Double], _ b: [Double]) -> Double {
    var sum = 0.0
    for i in a.indices { sum += (a[i] - b[i]) * (a[i] - b[i]) }
    return sum
  }
}
