/// A rectangle of a sheet in pixels.
struct SheetFrame: Equatable {
  var x: Int
  var y: Int
  var width: Int
  var height: Int
}

/// Where everything on a contact sheet stands.
///
/// From the top: margin, title, column labels, rows; from the left: margin, row labels, columns.
/// Everything follows from the cell size: gaps are a 64th of the cell, text grows with it.
struct ContactSheetLayout {
  let columnCount: Int
  let rowCount: Int
  let cellWidth: Int
  let cellHeight: Int
  let gap: Int
  let margin: Int

  /// The font scale of labels, and those that all row and all column labels share.
  let textScale: Int
  let rowScale: Int
  let columnScale: Int
  let titleScale: Int

  private let titleHeight: Int
  private let headerHeight: Int
  private let headerWidth: Int

  init(_ sheet: ContactSheet) {
    cellWidth = sheet.cellWidth
    cellHeight = sheet.cellHeight
    rowCount = sheet.cells.count
    columnCount = max(sheet.cells.map(\.count).max() ?? 0, sheet.columns.count)
    let side = min(cellWidth, cellHeight)
    gap = max(2, side / 64)
    let textScale = max(1, side / 112)
    self.textScale = textScale
    titleScale = textScale + 1

    // Labels of one kind share one scale, or a long one among them would stand out as the
    // smallest. Row labels may be as wide as a cell.
    let cellWidth = cellWidth
    func sharedScale(_ labels: [ContactSheet.Label]) -> Int {
      let texts = labels.compactMap(\.text)
      return (1...textScale).last { scale in
        texts.allSatisfy { TextDrawing($0, scale: scale).width <= cellWidth }
      } ?? 1
    }
    let (rowScale, columnScale) = (sharedScale(sheet.rows), sharedScale(sheet.columns))
    (self.rowScale, self.columnScale) = (rowScale, columnScale)

    let beside = sheet.rows + (sheet.corner.map { [$0] } ?? [])
    let widest = beside.compactMap(\.text).map { TextDrawing($0, scale: rowScale).width }.max()
    headerWidth =
      (beside.contains { $0.image != nil } ? cellWidth : 0)
      + (widest.map { min(cellWidth, $0) + 6 * textScale } ?? 0)

    let above = sheet.columns + (sheet.corner.map { [$0] } ?? [])
    let caption = above.compactMap(\.text).map { Self.captionHeight($0, scale: columnScale) }.max()
    headerHeight =
      (above.contains { $0.image != nil } ? cellHeight : 0) + (caption ?? 0)

    titleHeight = sheet.title.map { Self.captionHeight($0, scale: textScale + 1) } ?? 0
    let hasLabels = headerWidth > 0 || headerHeight > 0 || titleHeight > 0
    margin = hasLabels ? max(gap * 2, 4 * textScale) : gap
  }

  /// The height that a text above a picture takes, with air above and below.
  static func captionHeight(_ text: String, scale: Int) -> Int {
    TextDrawing(text, scale: scale).height + 10 * scale
  }

  /// Labels stand a little further off than cells from each other.
  private var headerGap: Int { gap * 2 }

  private var firstColumn: Int { margin + (headerWidth > 0 ? headerWidth + headerGap : 0) }

  private var header: Int { margin + titleHeight }

  private var firstRow: Int { header + (headerHeight > 0 ? headerHeight + headerGap : 0) }

  /// The width of the sheet.
  var width: Int { max(1, firstColumn + columnCount * (cellWidth + gap) - gap + margin) }

  /// The height of the sheet.
  var height: Int { max(1, firstRow + rowCount * (cellHeight + gap) - gap + margin) }

  /// The line above everything.
  var title: SheetFrame {
    SheetFrame(x: margin, y: margin, width: width - 2 * margin, height: titleHeight)
  }

  /// Where row and column labels meet.
  var corner: SheetFrame {
    SheetFrame(x: margin, y: header, width: headerWidth, height: headerHeight)
  }

  /// The place above a column.
  func columnLabel(_ column: Int) -> SheetFrame {
    SheetFrame(
      x: cell(row: 0, column: column).x, y: header, width: cellWidth, height: headerHeight)
  }

  /// The place beside a row.
  func rowLabel(_ row: Int) -> SheetFrame {
    SheetFrame(
      x: margin, y: cell(row: row, column: 0).y, width: headerWidth, height: cellHeight)
  }

  /// The place of a picture.
  func cell(row: Int, column: Int) -> SheetFrame {
    SheetFrame(
      x: firstColumn + column * (cellWidth + gap), y: firstRow + row * (cellHeight + gap),
      width: cellWidth, height: cellHeight)
  }
}
