import Checkpoints
import Foundation
import Imaging
import Tensors

/// Typical styles by class: the centres of clusters of instance styles, as pix2pixHD's
/// `encode_features.py` saves them in `features_clustered_010.npy`.
public struct StyleClusters: Hashable, Sendable {
  /// The centres of every class that has any.
  public private(set) var centers: [Int32: [[Double]]]

  /// Centres by class.
  public init(_ centers: [Int32: [[Double]]]) {
    self.centers = centers.filter { !$0.value.isEmpty }
  }

  /// Instances above this share count (`encode_features.py`).
  public static let smallestShare = 0.5
  /// The most centres a class unless said otherwise (`n_clusters`).
  public static let usualCount = 10

  /// The centres of instance styles: of every class at most `count`, from the instances whose share is
  /// above ``smallestShare``.
  public init(_ styles: [InstanceStyles.Row], count: Int = usualCount, seed: UInt32 = 0) {
    let counted = styles.filter { $0.share > Self.smallestShare }
    self.init(
      Dictionary(grouping: counted, by: \.label).mapValues { rows in
        let points = rows.map { $0.vector.map(Double.init) }
        return KMeans(points, count: min(points.count, count), seed: seed).centers
      })
  }

  /// Reads an official file: a dictionary from class to centres, pickled into `.npy` by either
  /// generation of NumPy.
  public init(contentsOf url: URL) throws {
    let table = try Self.table(url)
    self.init(table.mapValues { $0 })
    let widths = Set(centers.values.joined().map(\.count))
    guard widths.count == 1 else {
      throw EditingError.unsupported(
        reason: "\(url.path) holds "
          + (widths.isEmpty ? "no centres." : "centres of several widths: \(widths.sorted())."))
    }
  }

  /// The rows by class of an official `features.npy`: vectors, and last the share.
  public static func features(contentsOf url: URL) throws -> [InstanceStyles.Row] {
    try table(url).sorted { $0.key < $1.key }.flatMap { label, rows in
      rows.map {
        InstanceStyles.Row(
          id: label, label: label, share: $0.last ?? 0, vector: $0.dropLast().map { Float($0) })
      }
    }
  }

  /// A dictionary from class to a matrix.
  private static func table(_ url: URL) throws -> [Int32: [[Double]]] {
    let entries: [(key: PickleValue, value: PickleValue)]
    switch try Checkpoint(contentsOf: url).plain?.contents {
    case .dictionary(let found), .orderedDictionary(let found): entries = found
    default:
      throw EditingError.unsupported(
        reason: "\(url.path) holds no dictionary from class to styles, as pix2pixHD's "
          + "encode_features.py saves it.")
    }
    var table: [Int32: [[Double]]] = [:]
    for entry in entries {
      guard let label = entry.key.integer.flatMap({ Int32(exactly: $0) }), label >= 0,
        case .tensor(let stored) = entry.value.contents, stored.shape.rank == 2
      else {
        throw EditingError.unsupported(
          reason: "\(url.path) holds an entry that is no matrix of styles by class.")
      }
      let values = try stored.doubles(), width = stored.shape[1]
      guard values.allSatisfy(\.isFinite) else {
        throw EditingError.unsupported(
          reason: "\(url.path) holds numbers that are not finite, in class \(label).")
      }
      table[label] = (0..<stored.shape[0]).map { Array(values[$0 * width..<($0 + 1) * width]) }
    }
    return table
  }

  /// The width of the centres; 0 without any.
  public var width: Int { centers.values.first?.first?.count ?? 0 }

  /// A centre, `nil` where the class has none of that number.
  public func center(_ index: Int, of label: Int32) -> [Float]? {
    guard let all = centers[label], all.indices.contains(index) else { return nil }
    return all[index].map { Float($0) }
  }

  /// For every id whose class has centres a draw of one: the official `sample_features`, with NumPy's
  /// `randint`, ids ascending.
  public func drawn(
    for ids: [Int32], _ random: inout RandomState
  ) -> [(id: Int32, index: Int)] {
    ids.sorted().compactMap { id in
      guard let count = centers[InstanceMap.labelID(of: id)]?.count else { return nil }
      return (id, random.integer(in: 0..<count))
    }
  }
}

extension StyleClusters {
  /// The centres as a table, `[centres, 1 + F]`: class, centre; classes ascending.
  public var tensor: Tensor {
    let rows = centers.sorted { $0.key < $1.key }.flatMap { label, centers in
      centers.map { [Float(label)] + $0.map { Float($0) } }
    }
    return Tensor(rows.flatMap { $0 }, shape: [rows.count, 1 + width])
  }

  /// Reads a table; throws ``EditingError`` for anything else.
  public init(tensor: Tensor, what: String) throws {
    guard tensor.shape.rank == 2, tensor.shape[1] > 1 else {
      throw EditingError.wrongShape(
        what: what, expected: "[centres, 1 + features]", found: "\(tensor.shape)")
    }
    let values = tensor.scalars, width = tensor.shape[1]
    var centers: [Int32: [[Double]]] = [:]
    for row in 0..<tensor.shape[0] {
      guard let label = Int32(exactly: values[row * width]), label >= 0 else {
        throw EditingError.unsupported(reason: "\(what) is no table of style clusters.")
      }
      centers[label, default: []].append(
        values[row * width + 1..<(row + 1) * width].map { Double($0) })
    }
    self.init(centers)
  }
}
