import Foundation
import GRDB
import Tensors

extension Project {
  /// Adds a network; one that is known by its digest gets the new name, path and details.
  public func add(_ network: NetworkRecord) throws {
    for text in [
      network.family, network.name, network.path, network.configuration, network.licence,
    ] { _ = try Names.text(text, what: "the network '\(network.name)'") }
    try write { db in
      try db.execute(
        sql: """
          INSERT INTO network (digest, family, name, path, configuration, licence, createdAt)
          VALUES (?, ?, ?, ?, ?, ?, ?)
          ON CONFLICT (digest) DO UPDATE SET
            family = excluded.family, name = excluded.name, path = excluded.path,
            configuration = excluded.configuration, licence = excluded.licence
          """,
        arguments: [
          network.digest.description, network.family, network.name, network.path,
          network.configuration, network.licence, network.createdAt,
        ])
    }
  }

  /// The project's networks, by name.
  public func networks() throws -> [NetworkRecord] {
    try read { db in
      try Row.fetchAll(db, sql: "SELECT * FROM network ORDER BY name, digest")
        .map(NetworkRecord.init)
    }
  }

  /// The network whose file has a digest; `nil` where the project does not know it.
  public func network(_ digest: Digest) throws -> NetworkRecord? {
    try read { db in
      try Row.fetchOne(
        db, sql: "SELECT * FROM network WHERE digest = ?", arguments: [digest.description]
      ).map(NetworkRecord.init)
    }
  }
}
