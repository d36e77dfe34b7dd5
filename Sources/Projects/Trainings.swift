import Foundation
import GRDB

/// Something that a training told at a step.
public struct TrainingEntry: Hashable, Sendable {
  /// The step after which it was told.
  public let step: Int
  /// What was told: JSON.
  public let record: String
  /// When it was stored.
  public let createdAt: Date
}

/// Records of trainings: a list for every run that only grows.
extension Project {
  /// Adds a record to those of a run.
  ///
  /// - Parameters:
  ///   - record: JSON.
  ///   - run: The run's name.
  ///   - step: The steps made so far, from 0 on.
  public func appendTraining(_ record: String, run: String, step: Int) throws {
    guard step >= 0 else {
      throw ProjectError.invalidValue(what: "the step \(step)", reason: "steps count from 0")
    }
    try write { db in
      try db.execute(
        sql: "INSERT INTO trainingRecord (run, step, record, createdAt) VALUES (?, ?, ?, ?)",
        arguments: [Names.normalized(run), step, record, Date()])
    }
  }

  /// The records of a run by step. Where a run was taken up before a step that it had reached already,
  /// the newest record of every step counts.
  public func training(_ run: String) throws -> [TrainingEntry] {
    try read { db in
      let rows = try Row.fetchAll(
        db,
        sql: """
          SELECT step, record, createdAt FROM trainingRecord
          WHERE id IN (SELECT max(id) FROM trainingRecord WHERE run = ? GROUP BY step)
          ORDER BY step
          """, arguments: [Names.normalized(run)])
      return try rows.map { row in
        TrainingEntry(
          step: try row.value("step"), record: try row.value("record"),
          createdAt: try row.value("createdAt"))
      }
    }
  }

  /// The names of the runs that have records, sorted.
  public func trainings() throws -> [String] {
    try read { db in
      try String.fetchAll(db, sql: "SELECT DISTINCT run FROM trainingRecord ORDER BY run")
    }
  }
}
