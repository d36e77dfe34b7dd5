import Editing
import Foundation
import GRDB
import Projects
import Tensors
import TestSupport

/// A project in a folder of its own, removed when `body` ends.
func withProject<Result>(_ body: (Project) throws -> Result) throws -> Result {
  try ReferenceData.withTemporaryFolder { folder in
    try body(Project.create(at: folder.appendingPathComponent("portraits.atelier")))
  }
}

/// Runs SQL on a file through a connection of its own, as the sqlite3 tool would.
func runSQL(_ sql: String, on url: URL) throws {
  let queue = try DatabaseQueue(path: url.path)
  try queue.writeWithoutTransaction { try $0.execute(sql: sql) }
  try queue.close()
}

/// The digest of a network that the tests speak of.
let networkDigest = Digest(of: Data("a network".utf8))

/// The recipe of a seed.
func recipe(_ seed: UInt32 = 0) -> Recipe { Recipe(network: networkDigest, base: .seed(seed)) }

/// A small tensor; other values for other seeds.
func tensor(_ seed: Int = 0, shape: Shape = [2, 8]) -> Tensor {
  Tensor((0..<shape.count).map { Float($0) + Float(seed) / 8 }, shape: shape)
}

extension Project {
  /// An edit that changes the seed.
  @discardableResult
  func edit(_ name: String, seed: UInt32) throws -> StepRecord {
    try apply(to: name, label: "seed \(seed)") { $0.base = .seed(seed) }
  }

  /// The seed that an artwork stands on.
  func seed(of name: String) throws -> UInt32? {
    if case .seed(let seed) = try recipe(of: name).base.origin { seed } else { nil }
  }

  /// An artwork with seeds 0, 1, … in its steps 1, 2, …
  func addLine(_ name: String, steps: Int) throws {
    try add(Recipe(network: networkDigest, base: .seed(0)), named: name, label: "begin")
    for seed in 1..<UInt32(steps) { try edit(name, seed: seed) }
  }
}
