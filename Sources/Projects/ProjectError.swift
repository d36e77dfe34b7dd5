import Tensors

/// The kinds of thing that have names in a project.
public enum NameKind: String, Sendable, CaseIterable {
  /// An artwork: a picture with its history.
  case artwork
  /// A branch of an artwork's history.
  case branch
  /// A kept latent.
  case latent
  /// A kept direction.
  case direction
  /// An inversion at work or done.
  case inversion
  /// A truncation profile.
  case profile
  /// A table of pictures.
  case sheet
  /// A tag of an artwork or a style.
  case tag
  /// The kept style of an instance.
  case style
  /// The styles of a photograph's instances.
  case encoding
  /// Typical styles by class.
  case clusters
}

/// What can go wrong with a project: what, where, and what to do.
public enum ProjectError: Error, Equatable, Sendable {
  /// There is no file.
  case missing(path: String)
  /// A file is in the way of a new project.
  case alreadyExists(path: String)
  /// A new project could not be made.
  case cannotCreate(path: String, reason: String)
  /// The file could not be opened.
  case cannotOpen(path: String, reason: String)
  /// The file is no SQLite database.
  case notADatabase(path: String, reason: String)
  /// The file is an SQLite database of another program.
  case otherApplication(path: String)
  /// The project was written by a newer Atelier.
  case newerSchema(path: String, version: Int, supported: Int)
  /// The project was written by an older Atelier and was opened read-only.
  case olderSchema(path: String, version: Int, supported: Int)
  /// The file is damaged.
  case corrupt(path: String, reason: String)
  /// A stored tensor is not what its digest says.
  case corruptTensor(path: String, digest: Digest, reason: String)
  /// The file or its folder may not be written, or the project was opened read-only.
  case readOnly(path: String)
  /// The disk is full; the edit was undone as a whole.
  case diskFull(path: String)
  /// The system could not read or write the file.
  case inputOutput(path: String, reason: String)
  /// Another process kept the project locked for too long.
  case busy(path: String)
  /// Anything else that SQLite refused.
  case refused(path: String, reason: String)

  /// Nothing has this name; `near` lists names that look alike.
  case unknownName(kind: NameKind, name: String, near: [String])
  /// Something has this name already.
  case nameTaken(kind: NameKind, name: String)
  /// Text that cannot be a name.
  case invalidName(kind: NameKind, name: String, reason: String)
  /// A value that cannot be stored.
  case invalidValue(what: String, reason: String)
  /// A recipe or record names content that the project does not hold.
  case missingTensor(digest: Digest, path: String)
  /// A recipe names a map that the project does not hold.
  case missingMap(digest: Digest, path: String)
  /// A stored map no longer is what its digest says.
  case corruptMap(path: String, digest: Digest, reason: String)
  /// A tensor was handed over under a digest that is not its own.
  case wrongAttachment(expected: Digest, found: Digest)
  /// The history has fewer steps before the head.
  case nothingToUndo(artwork: String, asked: Int, available: Int)
  /// The line last undone has fewer steps after the head.
  case nothingToRedo(artwork: String, asked: Int, available: Int)
  /// The artwork has no such step.
  case unknownStep(artwork: String, step: Int64, last: Int64)
  /// The branch that an artwork is on cannot be removed.
  case currentBranch(artwork: String, branch: String)
}

extension ProjectError: CustomStringConvertible {
  /// One line for people.
  public var description: String {
    switch self {
    case .missing(let path):
      "there is no project at '\(path)'. Make one with: atelier new '\(path)'."
    case .alreadyExists(let path):
      "'\(path)' exists already and was left as it is. Choose another name, or open it."
    case .cannotCreate(let path, let reason):
      "cannot make a project at '\(path)': \(reason)."
    case .cannotOpen(let path, let reason):
      "cannot open '\(path)': \(reason)."
    case .notADatabase(let path, let reason):
      "'\(path)' is not an Atelier project: \(reason). Nothing was changed."
    case .otherApplication(let path):
      "'\(path)' is an SQLite database, but of another program, not an Atelier project. Nothing "
        + "was changed."
    case .newerSchema(let path, let version, let supported):
      "'\(path)' was written by a newer Atelier (schema \(version); this one knows up to "
        + "\(supported)). Update Atelier; nothing was changed."
    case .olderSchema(let path, let version, let supported):
      "'\(path)' was written by an older Atelier (schema \(version), now \(supported)). Open it "
        + "once for writing to bring it up to date."
    case .corrupt(let path, let reason):
      "the project '\(path)' is damaged: \(reason). Keep a copy of it with its -wal file, and go "
        + "back to a backup or try: sqlite3 '\(path)' .recover."
    case .corruptTensor(let path, let digest, let reason):
      "the tensor \(digest) in '\(path)' is damaged: \(reason). Restore the project from a backup, "
        + "or make the tensor again and keep it in a new project."
    case .readOnly(let path):
      "'\(path)' cannot be changed: the file, its folder or this opening of it is read-only. Make "
        + "both writable, or work on a copy."
    case .diskFull(let path):
      "the disk (or quota) of '\(path)' is full. The edit was not kept, earlier ones are safe; make "
        + "room and try again."
    case .inputOutput(let path, let reason):
      "the system could not read or write '\(path)': \(reason). Check the disk and try again."
    case .busy(let path):
      "another process has kept '\(path)' locked for too long. Try again when it is done."
    case .refused(let path, let reason):
      "the project '\(path)' refused this: \(reason)."
    case .unknownName(let kind, let name, let near):
      "there is no \(kind.rawValue) '\(name)'"
        + (near.isEmpty
          ? "." : "; did you mean \(near.map { "'\($0)'" }.joined(separator: " or "))?")
    case .nameTaken(let kind, let name):
      "the name '\(name)' belongs to another \(kind.rawValue) already. Choose another name, or "
        + "rename or replace that one."
    case .invalidName(let kind, let name, let reason):
      "'\(name)' cannot name \([.artwork, .encoding, .inversion].contains(kind) ? "an" : "a") \(kind.rawValue): \(reason). Names have 1 to \(Names.longest) "
        + "characters, without '/' and control characters."
    case .invalidValue(let what, let reason):
      "cannot store \(what): \(reason)."
    case .missingTensor(let digest, let path):
      "'\(path)' does not hold the tensor \(digest). Store it first, or hand it over with the edit."
    case .missingMap(let digest, let path):
      "'\(path)' does not hold the map \(digest). Store it first, or hand it over with the edit."
    case .corruptMap(let path, let digest, let reason):
      "the map \(digest) in '\(path)' is damaged: \(reason). Restore the project from a backup."
    case .wrongAttachment(let expected, let found):
      "a tensor was handed over as \(expected), but its digest is \(found)."
    case .nothingToUndo(let artwork, let asked, let available):
      available == 0
        ? "there is nothing to undo in '\(artwork)': it is at its first step."
        : "cannot undo \(asked) steps of '\(artwork)': only \(available) lie before this one."
    case .nothingToRedo(let artwork, let asked, let available):
      available == 0
        ? "there is nothing to redo in '\(artwork)'."
        : "cannot redo \(asked) steps of '\(artwork)': only \(available) were undone."
    case .unknownStep(let artwork, let step, let last):
      "'\(artwork)' has no step \(step): its steps are 1 to \(last)."
    case .currentBranch(let artwork, let branch):
      "'\(artwork)' is on branch '\(branch)', which can therefore not be removed. Switch to another "
        + "branch first."
    }
  }
}
