import Foundation
import Imaging
import Tensors

/// A table of pictures with labels, as a value: a style-mixing table, a sweep, a before and after.
public struct Sheet: Codable, Hashable, Sendable {
  /// The newest form of sheet that this Atelier reads and the one that it writes.
  public static let currentVersion = 1

  /// The heading; may be empty.
  public var title: String
  /// The labels of the rows; empty for none.
  public var rows: [String]
  /// The labels of the columns; empty for none.
  public var columns: [String]
  /// The pictures, row by row; `nil` for an empty cell.
  public var cells: [[Recipe?]]
  /// The side of a cell in pixels.
  public var cell: Int

  private enum CodingKeys: String, CodingKey { case title, rows, columns, cells, cell }

  /// A sheet; see the properties.
  public init(
    title: String = "", rows: [String] = [], columns: [String] = [], cells: [[Recipe?]], cell: Int
  ) {
    self.title = title
    self.rows = rows
    self.columns = columns
    self.cells = cells
    self.cell = cell
  }

  /// Every recipe once, in order of appearance.
  public var recipes: [Recipe] {
    var seen = Set<Recipe>()
    return cells.joined().compactMap(\.self).filter { seen.insert($0).inserted }
  }

  /// The content that the recipes name, once each.
  public var tensors: [Digest] {
    var seen = Set<Digest>()
    return recipes.flatMap(\.tensors).filter { seen.insert($0).inserted }
  }

  /// The sheet as JSON with sorted keys and no spaces.
  public func canonicalJSON() throws -> Data {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return try encoder.encode(self)
  }

  /// The SHA-256 of ``canonicalJSON()``.
  public func digest() throws -> Digest { Digest(of: try canonicalJSON()) }

  /// Reads a sheet; throws ``EditingError`` for anything else.
  public init(json: Data) throws {
    do {
      self = try JSONDecoder().decode(Sheet.self, from: json)
    } catch let error as DecodingError {
      throw EditingError.invalidRecipe(reason: error.summary)
    }
    try check()
  }

  /// The longest side of a drawn sheet, in pixels.
  public static let longestSide = 65_000
  /// The most pixels of a drawn sheet.
  public static let mostPixels = 1 << 30

  /// Whether a picture can hold the sheet: at most 10,000 cells, within ``longestSide`` and
  /// ``mostPixels``.
  public var isDrawable: Bool {
    let longest = cells.map(\.count).max() ?? 0
    guard cell > 0, cell <= 8192, cells.count <= 10_000, longest <= 10_000 else { return false }
    let (width, height) = (longest * cell, cells.count * cell)
    return cells.count * longest <= 10_000 && max(width, height) <= Self.longestSide
      && width * height <= Self.mostPixels
  }

  /// Refuses a sheet from a file that no picture could hold.
  func check() throws {
    guard isDrawable else {
      let longest = cells.map(\.count).max() ?? 0
      throw EditingError.invalidRecipe(
        reason: "a sheet of \(cells.count) × \(longest) cells of \(cell) pixels")
    }
  }

  /// A picture in the size of a cell.
  public func fitted(_ picture: Image) -> Image {
    if picture.width == cell && picture.height == cell { return picture }
    return picture.resized(
      width: cell, height: cell, filter: cell < picture.width ? .box : .lanczos)
  }

  /// The finished picture from the pictures of its recipes.
  ///
  /// - Parameter picture: Delivers the picture of a recipe, in full size or ``fitted(_:)`` already;
  ///   called once for each.
  public func image(_ picture: (Recipe) throws -> Image) throws -> Image {
    var pictures: [Recipe: Image] = [:]
    for recipe in recipes { pictures[recipe] = fitted(try picture(recipe)) }
    return ContactSheet(
      cells: cells.map { $0.map { $0.flatMap { pictures[$0] } } },
      rows: rows.map { .text($0) }, columns: columns.map { .text($0) },
      title: title.isEmpty ? nil : title
    ).image()
  }
}
