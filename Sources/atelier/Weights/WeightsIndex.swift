import Foundation

/// The file `index.json` of a weights folder.
struct WeightsIndex: Codable, Sendable {
  /// The layout of the file; this Atelier reads 1.
  let version: Int
  /// The weights on offer.
  let weights: [WeightsEntry]

  /// Its name in the folder.
  static let fileName = "index.json"

  /// Reads and checks an index; every problem is one error that names the file and the place.
  init(contentsOf url: URL) throws {
    let data: Data
    do {
      data = try Data(contentsOf: url)
    } catch {
      throw CommandError.invalidInput(
        "\(url.path): there is no index of weights. Set ATELIER_WEIGHTS to the folder 'Weights' "
          + "of Atelier's sources, or copy its index.json there.")
    }
    do {
      self = try JSONDecoder().decode(WeightsIndex.self, from: data)
    } catch {
      throw Self.malformed(url, Self.explain(error))
    }
    guard version == 1 else {
      throw Self.malformed(url, "version \(version) instead of 1")
    }
    if let problem = weights.lazy.compactMap(\.problem).first {
      throw Self.malformed(url, problem)
    }
    for (key, values) in [("name", weights.map(\.name)), ("file", weights.map(\.file))] {
      var seen: Set<String> = []
      if let twice = values.first(where: { !seen.insert($0).inserted }) {
        throw Self.malformed(url, "two entries have the \(key) '\(twice)'")
      }
    }
  }

  private static func malformed(_ url: URL, _ problem: String) -> CommandError {
    .invalidInput(
      "\(url.path): the index of weights is malformed: \(problem). Restore it from Atelier's "
        + "sources.")
  }

  /// What a decoder found, with the place.
  private static func explain(_ error: any Error) -> String {
    func place(_ context: DecodingError.Context, _ key: (any CodingKey)? = nil) -> String {
      (context.codingPath + [key].compactMap { $0 }).map { key in
        key.intValue.map { "[\($0)]" } ?? ".\(key.stringValue)"
      }.joined()
    }
    return switch error {
    case DecodingError.keyNotFound(let key, let context): "\(place(context, key)) is missing"
    case DecodingError.valueNotFound(let type, let context):
      "\(place(context)) is null instead of \(type)"
    case DecodingError.typeMismatch(let type, let context): "\(place(context)) is no \(type)"
    case DecodingError.dataCorrupted(let context) where context.codingPath.isEmpty:
      "it is not JSON"
    case DecodingError.dataCorrupted(let context): "\(place(context)): \(context.debugDescription)"
    default: "\(error)"
    }
  }
}
