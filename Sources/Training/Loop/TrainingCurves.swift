import Foundation

/// Curves of numbers over pictures seen, as SVG that stands in a page by itself.
struct TrainingCurves {
  /// The curve's name.
  let name: String
  /// Where it goes: pictures seen, and the value.
  let points: [(x: Double, y: Double)]

  private static let width = 640.0, height = 180.0, left = 64.0, bottom = 24.0

  /// The curves of all losses, and of the speed, of `reports` in order.
  static func all(_ reports: [TrainingReport]) -> [TrainingCurves] {
    let names = Set(reports.flatMap { $0.tick.losses.keys }).sorted()
    let losses = names.map { name in
      TrainingCurves(
        name: name,
        points: reports.compactMap { report in
          report.tick.losses[name].map { (Double(report.tick.pictures), $0) }
        })
    }
    let speed = TrainingCurves(
      name: "pictures per second",
      points: reports.map { (Double($0.tick.pictures), $0.picturesPerSecond) })
    return losses + [speed]
  }

  /// The curve as a `figure` of a page; values that are not finite are left out.
  var figure: String {
    let drawing = drawing
    guard !drawing.isEmpty else { return "" }
    return """
      <figure><figcaption>\(TrainingPage.escaped(name))</figcaption>
      <svg viewBox="0 0 \(Int(Self.width)) \(Int(Self.height))" role="img">
      \(drawing)
      </svg></figure>
      """
  }

  /// Curves one below the other, as an SVG file of its own.
  static func file(_ curves: [TrainingCurves]) -> String {
    let title = 20.0, step = height + title + 8
    let drawn = curves.filter { !$0.drawing.isEmpty }
    let plots = drawn.enumerated().map { index, curve in
      """
      <g transform="translate(0 \(Int(Double(index) * step)))">
      <text x="\(Int(left))" y="15" class="name">\(TrainingPage.escaped(curve.name))</text>
      <g transform="translate(0 \(Int(title)))">
      \(curve.drawing)
      </g></g>
      """
    }
    let size = "\(Int(width)) \(Int(max(Double(drawn.count), 1) * step))"
    return """
      <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 \(size)">
      <style>
      text { font: 11px system-ui, sans-serif; fill: #55555c; }
      .name { font-weight: 600; fill: #1c1c20; }
      \(style)
      </style>
      <rect width="100%" height="100%" fill="#fff"/>
      \(plots.joined(separator: "\n"))
      </svg>

      """
  }

  /// How lines are drawn.
  static let style = """
    polyline { fill: none; stroke: #2456a6; stroke-width: 1.5; }
    .axis { fill: none; stroke: #b0b0b8; }
    """

  /// Axes, line and numbers; empty without a finite value.
  private var drawing: String {
    let points = points.filter { $0.x.isFinite && $0.y.isFinite }
    guard let first = points.first else { return "" }
    let xs = points.map(\.x), ys = points.map(\.y)
    let (x0, x1) = (0.0, max(xs.max() ?? 1, 1))
    var (y0, y1) = (ys.min() ?? first.y, ys.max() ?? first.y)
    if y1 - y0 < 1e-12 { (y0, y1) = (y0 - 0.5, y1 + 0.5) }
    func place(_ point: (x: Double, y: Double)) -> String {
      let x = Self.left + (point.x - x0) / (x1 - x0) * (Self.width - Self.left - 8)
      let y = 8 + (y1 - point.y) / (y1 - y0) * (Self.height - Self.bottom - 8)
      return String(format: "%.1f,%.1f", x, y)
    }
    let line = points.map(place).joined(separator: " ")
    let base = Self.height - Self.bottom
    func text(_ x: Double, _ y: Double, _ anchor: String, _ words: String) -> String {
      "<text x=\"\(Int(x))\" y=\"\(Int(y))\" text-anchor=\"\(anchor)\">\(words)</text>"
    }
    return """
      <path d="M\(Int(Self.left)) 8V\(Int(base))H\(Int(Self.width - 8))" class="axis"/>
      <polyline points="\(line)"/>
      \(text(Self.left - 6, 16, "end", Self.short(y1)))
      \(text(Self.left - 6, base, "end", Self.short(y0)))
      \(text(Self.left, Self.height - 6, "start", "0"))
      \(text(Self.width - 8, Self.height - 6, "end", "\(Int(x1)) pictures"))
      """
  }

  private static func short(_ value: Double) -> String { String(format: "%.4g", value) }
}
