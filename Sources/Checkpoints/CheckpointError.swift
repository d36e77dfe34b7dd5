import Foundation

/// Why a checkpoint could not be read or written.
///
/// Every case names the file and the place in it, what was expected, what was found, and where
/// there is something to do, what to do.
public enum CheckpointError: Error, Equatable, Sendable {
  /// The file cannot be opened: it is missing, a folder, or protected.
  case unreadable(file: String, problem: String)

  /// The file opens, but is no checkpoint; `looksLike` says what it seems to be instead.
  case unrecognized(file: String, looksLike: String, advice: String)

  /// The file ends before something it announced: `needed` bytes at byte `position`.
  case truncated(file: String, position: Int, needed: UInt64, available: Int)

  /// The bytes at `place` (a byte position or a tensor) do not say what the format wants there.
  case malformed(file: String, place: String, expected: String, found: String)

  /// The file asks for something that no checkpoint needs: a function outside the allow list, an
  /// opcode that makes objects, encryption.
  case refused(file: String, place: String, what: String, advice: String)

  /// Something in the file is larger or deeper than Atelier follows.
  case tooLarge(file: String, place: String, what: String, limit: String)

  /// The checkpoint reads, but holds no tensor of this name.
  case missingTensor(file: String, tensor: String, advice: String)

  /// A tensor holds values that the asked-for type cannot represent.
  case unsuitable(file: String, tensor: String, problem: String)

  /// The file cannot be written.
  case unwritable(file: String, problem: String)
}

extension CheckpointError: CustomStringConvertible {
  /// The whole message on one line.
  public var description: String {
    switch self {
    case .unreadable(let file, let problem):
      "\(file): cannot be read: \(problem)"
    case .unrecognized(let file, let looksLike, let advice):
      "\(file): not a checkpoint: it looks like \(looksLike). \(advice)"
    case .truncated(let file, let position, let needed, let available):
      "\(file), byte \(position): unexpected end: \(needed) bytes announced, \(available) left. "
        + "The file is cut short or damaged: fetch it again."
    case .malformed(let file, let place, let expected, let found):
      "\(file), \(place): expected \(expected), found \(found). The file is damaged or hostile."
    case .refused(let file, let place, let what, let advice):
      "\(file), \(place): refused \(what). \(advice)"
    case .tooLarge(let file, let place, let what, let limit):
      "\(file), \(place): \(what) exceeds the limit of \(limit)."
    case .missingTensor(let file, let tensor, let advice):
      "\(file): holds no tensor '\(tensor)'. \(advice)"
    case .unsuitable(let file, let tensor, let problem):
      "\(file), tensor '\(tensor)': \(problem)"
    case .unwritable(let file, let problem):
      "\(file): cannot be written: \(problem)"
    }
  }
}

extension CheckpointError: LocalizedError {
  /// The whole message on one line.
  public var errorDescription: String? { description }
}
