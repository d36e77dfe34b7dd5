import ArgumentParser
import Foundation
import Projects

/// `atelier tag`.
struct TagCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "tag", abstract: "Add or remove tags of an artwork, or list a project's tags.",
    discussion: """
      Examples:
        atelier tag Projects/portraits.atelier anna favourite
        atelier tag Projects/portraits.atelier anna favourite --remove
        atelier tag Projects/portraits.atelier
      """)

  @Argument(help: ArgumentHelp("The project file.", valueName: "project")) var path: String
  @Argument(help: ArgumentHelp("The artwork.", valueName: "artwork")) var artwork: String?
  @Argument(help: ArgumentHelp("Tags.", valueName: "tag")) var tags: [String] = []
  @Flag(help: "Remove the tags.") var remove = false
  @Option(help: ArgumentHelp("Also set the stars, 0 to 5.", valueName: "n")) var stars: Int?

  func validate() throws {
    if let stars, !(0...5).contains(stars) { throw ValidationError("--stars is 0 to 5.") }
    if stars != nil && artwork == nil { throw ValidationError("--stars needs an artwork.") }
  }

  func run() throws {
    let project = try Project(at: URL(fileURLWithPath: path))
    guard let artwork else {
      for (name, count) in try project.tags() { print("\(name.padded(to: 24)) \(count)") }
      return
    }
    for tag in tags {
      if remove { try project.untag(artwork, tag) } else { try project.tag(artwork, tag) }
    }
    if let stars { try project.setStars(stars, of: artwork) }
    print("\(artwork): \(try project.tags(of: artwork).joined(separator: ", "))")
  }
}

/// `atelier note`.
struct NoteCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "note", abstract: "Show or set the note of an artwork.",
    discussion: """
      Examples:
        atelier note Projects/portraits.atelier anna "the one for the cover"
        atelier note Projects/portraits.atelier anna
      """)

  @Argument(help: ArgumentHelp("The project file.", valueName: "project")) var path: String
  @Argument(help: ArgumentHelp("The artwork.", valueName: "artwork")) var artwork: String
  @Argument(help: ArgumentHelp("The note; empty text removes it.", valueName: "text"))
  var text: String?

  func run() throws {
    let project = try Project(at: URL(fileURLWithPath: path))
    if let text { try project.setNote(text, of: artwork) }
    print(try project.note(of: artwork))
  }
}
