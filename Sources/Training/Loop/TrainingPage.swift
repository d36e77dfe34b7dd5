import Foundation

/// The page of a run: facts, curves and sheets in one HTML file that needs nothing else.
public struct TrainingPage {
  /// What stands at the top.
  public var title: String
  /// Facts: what, and its value.
  public var facts: [(name: String, value: String)]
  /// The reports, in order.
  public var reports: [TrainingReport]
  /// Sheets, each with the pictures seen before it and its PNG.
  public var sheets: [(pictures: Int, png: Data)]

  /// A page; see the properties.
  public init(
    title: String, facts: [(name: String, value: String)], reports: [TrainingReport],
    sheets: [(pictures: Int, png: Data)]
  ) {
    (self.title, self.facts, self.reports, self.sheets) = (title, facts, reports, sheets)
  }

  /// Text as it stands in HTML.
  static func escaped(_ text: String) -> String {
    text.replacingOccurrences(of: "&", with: "&amp;")
      .replacingOccurrences(of: "<", with: "&lt;").replacingOccurrences(of: ">", with: "&gt;")
      .replacingOccurrences(of: "\"", with: "&quot;")
  }

  /// The curves alone, one below the other, as an SVG file.
  public var curves: String { TrainingCurves.file(TrainingCurves.all(reports)) }

  /// The page.
  public var html: String {
    let rows = facts.map {
      "<tr><th>\(Self.escaped($0.name))</th><td>\(Self.escaped($0.value))</td></tr>"
    }
    let curves = TrainingCurves.all(reports).map(\.figure)
    let pictures = sheets.reversed().map { sheet in
      "<figure><figcaption>\(sheet.pictures) pictures</figcaption><img alt=\"samples after "
        + "\(sheet.pictures) pictures\" src=\"data:image/png;base64,"
        + "\(sheet.png.base64EncodedString())\"></figure>"
    }
    return """
      <!DOCTYPE html>
      <html lang="en"><head><meta charset="utf-8"><title>\(Self.escaped(title))</title>
      <style>
      body { font: 15px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 1360px;
        padding: 0 1rem; color: #1c1c20; background: #fff; }
      table { border-collapse: collapse; } th { text-align: left; padding-right: 2rem; }
      td { font-family: ui-monospace, monospace; overflow-wrap: anywhere; }
      .curves { display: grid; grid-template-columns: repeat(auto-fit, minmax(420px, 1fr)); }
      figure { margin: 1rem 0; } figcaption { font-weight: 600; }
      svg { width: 100%; } svg text { font-size: 11px; fill: #55555c; }
      \(TrainingCurves.style)
      img { max-width: 100%; image-rendering: pixelated; }
      </style></head><body>
      <h1>\(Self.escaped(title))</h1>
      <table>\(rows.joined(separator: "\n"))</table>
      <h2>Curves</h2><div class="curves">\(curves.joined(separator: "\n"))</div>
      <h2>Samples</h2>
      \(pictures.joined(separator: "\n"))
      </body></html>

      """
  }
}
