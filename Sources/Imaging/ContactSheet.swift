/// A table of pictures with labels at its left and on its top: style mixing, sweeps, seeds.
///
/// ```swift
/// let sheet = ContactSheet(
///   cells: [[low, middle, high]], rows: [.text("seed 85")],
///   columns: [.text("smile −2"), .text("0"), .text("+2")], title: "ψ 0.7")
/// try sheet.image().write(to: url)
/// ```
public struct ContactSheet: Sendable {
  /// What stands beside a row or above a column.
  public enum Label: Sendable, Equatable {
    /// A text; newlines divide its lines.
    case text(String)
    /// A picture, fitted into a cell.
    case image(Image)
    /// A picture with a text at its outer side: above a column's, to the left of a row's.
    case captioned(Image, String)

    var text: String? {
      switch self {
      case .text(let text), .captioned(_, let text): text.isEmpty ? nil : text
      case .image: nil
      }
    }

    var image: Image? {
      switch self {
      case .text: nil
      case .image(let image), .captioned(let image, _): image
      }
    }
  }

  /// The pictures by row and column; `nil` leaves a cell empty. Rows may be of different lengths.
  public var cells: [[Image?]]

  /// One label a row, or none at all.
  public var rows: [Label]

  /// One label a column, or none at all.
  public var columns: [Label]

  /// What stands in the top left corner, where row and column labels meet.
  public var corner: Label?

  /// The line above everything.
  public var title: String?

  /// The width of a cell in pixels.
  public var cellWidth: Int

  /// The height of a cell in pixels.
  public var cellHeight: Int

  /// The colours of paper and ink.
  public var theme: Theme

  /// The colours of a sheet, each red, green and blue.
  public struct Theme: Sendable, Equatable {
    var ground: [UInt8]
    var ink: [UInt8]
    var emptyCell: [UInt8]

    /// Near-black on white.
    public static let light = Theme(
      ground: [255, 255, 255], ink: [28, 28, 32], emptyCell: [242, 242, 244])
    /// Near-white on near-black.
    public static let dark = Theme(
      ground: [20, 20, 23], ink: [232, 232, 236], emptyCell: [34, 34, 38])
  }

  /// A sheet of `cells`.
  ///
  /// `rows` and `columns` are empty or hold one label for each. Pictures are fitted into cells of
  /// `cellWidth` × `cellHeight` with their proportions kept; `nil` takes the size of the first
  /// picture, or 256 if there is none.
  public init(
    cells: [[Image?]], rows: [Label] = [], columns: [Label] = [], corner: Label? = nil,
    title: String? = nil, cellWidth: Int? = nil, cellHeight: Int? = nil, theme: Theme = .light
  ) {
    let columnCount = cells.map(\.count).max() ?? 0
    precondition(
      rows.isEmpty || rows.count == cells.count, "\(rows.count) labels for \(cells.count) rows")
    precondition(
      columns.isEmpty || columns.count >= columnCount,
      "\(columns.count) labels for \(columnCount) columns")
    let first = cells.lazy.flatMap { $0 }.compactMap { $0 }.first
    self.cells = cells
    self.rows = rows
    self.columns = columns
    self.corner = corner
    self.title = title
    self.cellWidth = max(1, cellWidth ?? first?.width ?? 256)
    self.cellHeight = max(1, cellHeight ?? first?.height ?? 256)
    self.theme = theme
  }

  /// The sheet as an RGB picture.
  public func image() -> Image {
    let layout = ContactSheetLayout(self)
    var sheet = Image(width: layout.width, height: layout.height, colour: theme.ground)
    if let title { draw(title, in: layout.title, scale: layout.titleScale, on: &sheet) }
    if let corner { draw(corner, in: layout.corner, scale: layout.textScale, on: &sheet) }
    for (index, label) in columns.enumerated() {
      draw(label, in: layout.columnLabel(index), scale: layout.columnScale, on: &sheet)
    }
    for (index, label) in rows.enumerated() {
      draw(label, inRow: layout.rowLabel(index), scale: layout.rowScale, on: &sheet)
    }
    for (row, images) in cells.enumerated() {
      for column in 0..<layout.columnCount {
        let frame = layout.cell(row: row, column: column)
        if column < images.count, let image = images[column] {
          draw(image, in: frame, on: &sheet)
        } else {
          sheet.fill(
            x: frame.x, y: frame.y, width: frame.width, height: frame.height,
            colour: theme.emptyCell)
        }
      }
    }
    return sheet
  }

  /// The text above, the picture below.
  private func draw(_ label: Label, in frame: SheetFrame, scale: Int, on sheet: inout Image) {
    var place = frame
    if let image = label.image {
      place.height = max(0, frame.height - cellHeight)
      let picture = SheetFrame(
        x: frame.x, y: frame.y + place.height, width: frame.width,
        height: min(cellHeight, frame.height))
      draw(image, in: picture, on: &sheet)
    }
    if let text = label.text { draw(text, in: place, scale: scale, on: &sheet) }
  }

  /// The text at the left, the picture at the right.
  private func draw(_ label: Label, inRow frame: SheetFrame, scale: Int, on sheet: inout Image) {
    var place = frame
    if let image = label.image {
      place.width = max(0, frame.width - cellWidth)
      let picture = SheetFrame(
        x: frame.x + place.width, y: frame.y, width: min(cellWidth, frame.width),
        height: frame.height)
      draw(image, in: picture, on: &sheet)
    }
    if let text = label.text { draw(text, in: place, scale: scale, on: &sheet) }
  }

  private func draw(_ text: String, in frame: SheetFrame, scale: Int, on sheet: inout Image) {
    let drawing = TextDrawing(text, scale: scale, fitting: frame.width)
    drawing.draw(
      into: &sheet, centre: frame.x + frame.width / 2,
      top: frame.y + (frame.height - drawing.height) / 2, colour: theme.ink)
  }

  /// Fits the picture into the frame with its proportions kept, and centres it.
  private func draw(_ image: Image, in frame: SheetFrame, on sheet: inout Image) {
    let ratio = min(
      Double(frame.width) / Double(image.width), Double(frame.height) / Double(image.height))
    let width = max(1, min(frame.width, Int((Double(image.width) * ratio).rounded())))
    let height = max(1, min(frame.height, Int((Double(image.height) * ratio).rounded())))
    let fitted = image.resized(width: width, height: height, filter: .lanczos)
    sheet.paste(
      fitted.flattened(onto: theme.ground), x: frame.x + (frame.width - width) / 2,
      y: frame.y + (frame.height - height) / 2)
  }
}
