import Foundation

/// Where the tests' reference data lies: small fixtures in the repository, and the large folder
/// of reference cases and local data that a checkout may have beside it.
public enum ReferenceData {
  /// The package's root folder.
  public static let package = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

  /// `Tests/Fixtures/<path>`: always there.
  public static func fixture(_ path: String) -> URL {
    package.appendingPathComponent("Tests/Fixtures").appendingPathComponent(path)
  }

  /// The folder `shared` beside the checkout (or `ATELIER_SHARED`), `nil` where there is none.
  public static let shared: URL? = {
    let environment = ProcessInfo.processInfo.environment["ATELIER_SHARED"]
    let url =
      environment.map { URL(fileURLWithPath: $0) }
      ?? package.deletingLastPathComponent().appendingPathComponent("shared")
    return FileManager.default.fileExists(atPath: url.path) ? url : nil
  }()

  /// Why a test that needs `shared` is skipped.
  public static let sharedIsMissing: String =
    "needs the reference data folder ../shared (or ATELIER_SHARED), which this checkout lacks"

  /// `shared/<path>`; call it only from tests enabled by `shared != nil`.
  public static func shared(_ path: String) throws -> URL {
    guard let shared else { throw CocoaError(.fileNoSuchFile) }
    return shared.appendingPathComponent(path)
  }

  /// A new empty folder, removed when `body` ends.
  public static func withTemporaryFolder<Result>(_ body: (URL) throws -> Result) throws -> Result {
    let folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("atelier-test-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    return try body(folder)
  }
}
