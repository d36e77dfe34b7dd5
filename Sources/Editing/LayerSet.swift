/// Rows of W+: `0-6,8`, the bands `coarse`, `middle` and `fine`, or `all`.
///
/// The bands are those of the StyleGAN paper (Karras et al., arXiv 1812.04948, figure 3): rows
/// 0–3 (4 to 8 pixels), 4–7 (16 to 32 pixels) and 8 on (64 pixels and more). A set does not know
/// how many rows a network has; ``indices(count:)`` checks that.
public struct LayerSet: Hashable, Sendable {
  /// Rows from `first` to `last`, both included; without `last`, to the network's last row.
  struct Span: Hashable, Sendable {
    var first: Int
    var last: Int?
  }

  let spans: [Span]

  /// Every row.
  public static let all = LayerSet(spans: [Span(first: 0, last: nil)])

  /// The names of bands, and their rows.
  static let bands: [(name: String, span: Span)] = [
    ("coarse", Span(first: 0, last: 3)), ("middle", Span(first: 4, last: 7)),
    ("fine", Span(first: 8, last: nil)), ("all", Span(first: 0, last: nil)),
  ]

  init(spans: [Span]) { self.spans = spans }

  /// The rows of a half-open range.
  public init(_ range: Range<Int>) {
    precondition(range.lowerBound >= 0 && !range.isEmpty, "no layers in \(range)")
    spans = [Span(first: range.lowerBound, last: range.upperBound - 1)]
  }

  /// Reads `0-6,8`, `8-` (8 to the last), `coarse,fine`, `all`. Equal rows give equal sets, however
  /// they are written.
  public init(parsing text: String) throws(EditingError) {
    self.init(spans: Self.merged(try Self.spans(in: text)))
  }

  /// Reads what a recipe holds, span by span, so that old recipes keep their digests.
  init(stored text: String) throws(EditingError) { self.init(spans: try Self.spans(in: text)) }

  /// Spans in order that neither meet nor overlap.
  private static func merged(_ spans: [Span]) -> [Span] {
    var merged: [Span] = []
    for span in spans.sorted(by: { $0.first < $1.first }) {
      guard let before = merged.last, before.last.map({ span.first <= $0 + 1 }) ?? true else {
        merged.append(span)
        continue
      }
      guard let end = before.last else { continue }
      merged[merged.count - 1].last = span.last.map { max(end, $0) }
    }
    return merged
  }

  private static func spans(in text: String) throws(EditingError) -> [Span] {
    var spans: [Span] = []
    let parts = text.split(separator: ",", omittingEmptySubsequences: false)
    for part in parts.map({ String($0.trimmingSpaces()) }) {
      if let band = Self.bands.first(where: { $0.name == part.lowercased() }) {
        spans.append(band.span)
        continue
      }
      let ends = part.split(separator: "-", omittingEmptySubsequences: false)
      guard ends.count <= 2, let first = ends.first.flatMap({ Int($0) }), first >= 0,
        first < 10_000
      else {
        throw .invalidLayers(
          text: text, reason: part.isEmpty ? "it has an empty part" : "'\(part)'")
      }
      if ends.count == 1 {
        spans.append(Span(first: first, last: first))
      } else if ends[1].isEmpty {
        spans.append(Span(first: first, last: nil))
      } else if let last = Int(ends[1]), last >= first, last < 10_000 {
        spans.append(Span(first: first, last: last))
      } else {
        throw .invalidLayers(text: text, reason: "'\(part)' does not end after it begins")
      }
    }
    return spans
  }

  /// The rows, ascending and once each, of a network with `count` rows.
  ///
  /// - Parameter allowsNone: Whether an open end such as `8-` may begin beyond the last row, and is
  ///   no rows then: a small network has no fine band.
  public func indices(count: Int, allowsNone: Bool = false) throws(EditingError) -> [Int] {
    var rows = Set<Int>()
    for span in spans {
      if allowsNone && span.last == nil && span.first >= count { continue }
      let last = span.last ?? max(count - 1, span.first)
      guard last < count else { throw .layerOutOfRange(layer: last, count: count) }
      rows.formUnion(span.first...last)
    }
    return rows.sorted()
  }
}

extension LayerSet: CustomStringConvertible {
  /// The canonical text: `0-6,8`, `8-`, `all`.
  public var description: String {
    if self == .all { return "all" }
    return spans.map { span in
      switch span.last {
      case nil: "\(span.first)-"
      case span.first: "\(span.first)"
      case .some(let last): "\(span.first)-\(last)"
      }
    }.joined(separator: ",")
  }
}

extension LayerSet: Codable {
  /// Reads the canonical text.
  public init(from decoder: any Decoder) throws {
    let text = try decoder.singleValueContainer().decode(String.self)
    try self.init(stored: text)
  }

  /// Writes the canonical text.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(description)
  }
}

extension Substring {
  /// The text without spaces at its ends.
  func trimmingSpaces() -> Substring {
    var text = self
    while text.first == " " { text.removeFirst() }
    while text.last == " " { text.removeLast() }
    return text
  }
}
