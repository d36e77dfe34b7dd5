import Imaging
import Tensors

/// Styles as they were found in a photograph: every instance of the table gets its vector.
public struct EncodeOperation: StyleOperation {
  /// The name in recipes.
  public static let kind = "encode"
  /// The version in recipes.
  public static let version = 1

  /// The stored table, `[instances, 3 + F]`.
  public var table: Digest
  /// The digest of the photograph's pixels.
  public var photo: Digest?

  /// Styles from a stored table.
  public init(table: Digest, photo: Digest? = nil) {
    self.table = table
    self.photo = photo
  }

  /// The table.
  public var tensors: [Digest] { [table] }

  /// `styles of photo-1`.
  public func summary(_ name: (Digest) -> String) -> String { "styles of \(name(table))" }

  /// Gives every instance of the table its style.
  public func apply(
    to styles: inout SceneStyles, maps: SceneMaps, content: any ContentSource
  ) throws {
    for row in try Self.rows(table, width: styles.width, content) {
      styles.give(row.vector, to: row.id, from: nil)
    }
  }

  /// The rows of a stored table of styles of a width.
  static func rows(
    _ table: Digest, width: Int, _ content: any ContentSource
  ) throws -> [InstanceStyles.Row] {
    let what = "table of styles \(table.short)"
    let found = try InstanceStyles(tensor: content.tensor(table), what: what)
    guard found.width == width else {
      throw EditingError.wrongShape(
        what: what, expected: "styles of \(width) numbers", found: "\(found.width)")
    }
    return found.rows
  }
}

/// Gives one instance a style.
public struct StyleInstanceOperation: StyleOperation {
  /// The name in recipes.
  public static let kind = "style"
  /// The version in recipes.
  public static let version = 1

  /// The instance's id.
  public var instance: Int32
  /// Where the style comes from.
  public var source: StyleSource

  /// Gives `instance` the style of `source`.
  public init(_ instance: Int32, source: StyleSource) {
    self.instance = instance
    self.source = source
  }

  /// The content that the source names.
  public var tensors: [Digest] { source.tensors }

  /// `style 26004: red matte`.
  public func summary(_ name: (Digest) -> String) -> String {
    "style \(instance): \(source.summary(name))"
  }

  /// Gives the instance its style.
  public func apply(
    to styles: inout SceneStyles, maps: SceneMaps, content: any ContentSource
  ) throws {
    let label = InstanceMap.labelID(of: instance)
    guard maps.objects.values.contains(instance) else {
      throw EditingError.invalidMapEdit(reason: "the maps have no instance \(instance)")
    }
    let vector = try source.vector(
      for: label, width: styles.width, among: styles, content: content)
    styles.give(vector, to: instance, from: source)
  }
}

/// Draws a style for every instance whose class has centres in stored clusters: pix2pixHD's
/// `sample_features`, with NumPy's draws, ids ascending.
public struct SampleStylesOperation: StyleOperation {
  /// The name in recipes.
  public static let kind = "sample"
  /// The version in recipes.
  public static let version = 1

  /// The stored clusters, `[centres, 1 + F]`.
  public var clusters: Digest
  /// The seed.
  public var seed: UInt32

  /// Draws from `clusters` with `seed`.
  public init(clusters: Digest, seed: UInt32) {
    self.clusters = clusters
    self.seed = seed
  }

  /// The clusters.
  public var tensors: [Digest] { [clusters] }

  /// `draw all styles from city with seed 5`.
  public func summary(_ name: (Digest) -> String) -> String {
    "draw all styles from \(name(clusters)) with seed \(seed)"
  }

  /// Gives every instance whose class has centres one of them.
  public func apply(
    to styles: inout SceneStyles, maps: SceneMaps, content: any ContentSource
  ) throws {
    let found = try StyleSource.clusters(clusters, styles.width, content)
    var random = RandomState(seed: seed)
    for draw in found.drawn(for: maps.objects.distinctValues, &random) {
      guard let center = found.center(draw.index, of: InstanceMap.labelID(of: draw.id)) else {
        continue
      }
      styles.give(
        center, to: draw.id, from: .cluster(clusters, index: draw.index, label: nil))
    }
  }
}

/// Takes over the styles of another picture, by class and area: the largest instance of a class gets
/// the style of the other picture's largest of that class, the second that of the second, and so on
/// round; classes that the other picture lacks stay.
public struct TransferStylesOperation: StyleOperation {
  /// The name in recipes.
  public static let kind = "transfer"
  /// The version in recipes.
  public static let version = 1

  /// The other picture's stored table, `[instances, 3 + F]`.
  public var table: Digest

  /// Takes the styles of a stored table.
  public init(table: Digest) { self.table = table }

  /// The table.
  public var tensors: [Digest] { [table] }

  /// `transfer the styles of photo-2`.
  public func summary(_ name: (Digest) -> String) -> String {
    "transfer the styles of \(name(table))"
  }

  /// Gives every instance whose class the other picture has a style.
  public func apply(
    to styles: inout SceneStyles, maps: SceneMaps, content: any ContentSource
  ) throws {
    let rows = try EncodeOperation.rows(table, width: styles.width, content)
    let sources = Dictionary(grouping: rows, by: \.label).mapValues {
      $0.sorted { ($1.share, $0.id) < ($0.share, $1.id) }
    }
    let targets = Dictionary(grouping: maps.objects.areas()) {
      InstanceMap.labelID(of: $0.value)
    }
    for (label, areas) in targets {
      guard let sources = sources[label] else { continue }
      let sorted = areas.sorted { ($1.area, $0.value) < ($0.area, $1.value) }
      for (number, target) in sorted.enumerated() {
        styles.give(sources[number % sources.count].vector, to: target.value, from: nil)
      }
    }
  }
}
