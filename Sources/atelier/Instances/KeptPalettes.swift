import Foundation
import Imaging
import Projects

/// Palettes of one's own, kept in a project under their names so that sessions know their classes.
extension Project {
  /// Throws for a palette of one's own that has the name of another one.
  static func checkName(of palette: Palette?) throws {
    guard let palette, let known = Palette.all.first(where: { $0.name == palette.name }),
      known != palette
    else { return }
    throw CommandError.invalidInput(
      "the palette calls itself '\(palette.name)' as one of Atelier's own does; give it another "
        + "name.")
  }

  /// Keeps a palette, unless it is one of Atelier's own; one of the same name is replaced.
  func keep(_ palette: Palette?) throws {
    guard let palette, !Palette.all.contains(palette) else { return }
    try Self.checkName(of: palette)
    try setSetting(
      "palette.\(palette.name)", to: String(decoding: try palette.json(), as: UTF8.self))
  }

  /// The palette that maps came with: one of Atelier's own or a kept one; `nil` without a name, and
  /// for names that nothing is known of (as in a picture from another project).
  func palette(named name: String?) throws -> Palette? {
    guard let name else { return nil }
    if let known = Palette.all.first(where: { $0.name == name }) { return known }
    return try setting("palette.\(name)").map {
      try Palette(json: Data($0.utf8), named: "palette \(name) in \(url.path)")
    }
  }
}
