import Checkpoints
import Foundation

extension ReferenceCase {
  /// The checkpoint in this case's folder, `nil` if it has none.
  var networkFile: URL? {
    (files(withExtension: "pkl") + files(withExtension: "pt")).first.map(url)
  }

  /// The checkpoint of a case that lies beside this one, as `weights` of case.json names them:
  /// `../s2ada_skip G_ema`.
  func network(ofCase name: String) throws -> Checkpoint {
    let other = try ReferenceCase(
      folder.deletingLastPathComponent().appendingPathComponent(name))
    guard let file = other.networkFile else {
      throw CommandError.invalidInput("\(other.folder.path) holds no checkpoint.")
    }
    return try Checkpoint(contentsOf: file)
  }

  /// The names of the cases whose weights this one uses.
  var weightCases: [String] {
    let text = description["weights"] as? String ?? ""
    return text.split(whereSeparator: { " ;,".contains($0) }).filter { $0.hasPrefix("../") }
      .map { String($0.dropFirst(3)) }
  }
}
