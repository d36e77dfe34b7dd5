import Checkpoints
import Foundation

/// Pickles that try to run something, to exhaust memory or to hang: each must give an error, or
/// load in bounded time, as the case says.
enum HostilePicklesCase: ConformanceCase {
  static func recognizes(_ reference: ReferenceCase) -> Bool {
    (reference.description["pickles"] as? [String: [String: Any]])?.values
      .contains { $0["expected"] != nil } ?? false
  }

  static func run(_ reference: ReferenceCase, _ report: ConformanceReport) throws {
    let pickles = reference.description["pickles"] as? [String: [String: String]] ?? [:]
    for (file, entry) in pickles.sorted(by: { $0.key < $1.key }) {
      let expected = entry["expected"] ?? ""
      let mayLoad =
        expected.hasPrefix("either load") || expected.hasPrefix("accept")
        || expected.contains("bounded result")
      let start = ContinuousClock.now
      do {
        _ = try Checkpoint(contentsOf: reference.url(file))
        report.expect(mayLoad, file, mayLoad ? "loaded as plain data" : "loaded, but: \(expected)")
      } catch let error as CheckpointError {
        let isRefusal = expected.hasPrefix("refuse: names")
        let text = "\(error)"
        report.expect(!isRefusal || text.contains("."), file, text)
      }
      report.expect(.now - start < .seconds(1), "\(file) in bounded time")
    }
  }
}
