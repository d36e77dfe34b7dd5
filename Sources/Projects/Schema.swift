import GRDB

/// The tables of a project file, as named migrations in order.
///
/// A change of the schema is a new migration at the end of ``migrations``, never a change of an
/// earlier one: files in the field have run those. `user_version` counts the migrations.
enum Schema {
  /// The `application_id` in the header of every project: the letters `Atel`.
  static let applicationID: Int32 = 0x4174_656C

  /// Every migration, oldest first.
  static let migrations: [(name: String, sql: String)] = [
    (name: "1 networks, tensors, artworks, history, renders", sql: first),
    (name: "2 maps", sql: maps),
    (name: "3 styles of instances", sql: styles),
    (name: "4 inversions", sql: inversions),
    (name: "5 records of trainings", sql: trainings),
    (name: "6 companions of latents", sql: companions),
  ]

  /// The schema that this Atelier writes.
  static var version: Int { migrations.count }

  /// Brings a database from any earlier schema to the newest, one transaction a migration.
  static var migrator: DatabaseMigrator {
    var migrator = DatabaseMigrator()
    for (index, migration) in migrations.enumerated() {
      migrator.registerMigration(migration.name) { db in
        try db.execute(sql: migration.sql)
        try db.execute(sql: "PRAGMA application_id = \(applicationID)")
        try db.execute(sql: "PRAGMA user_version = \(index + 1)")
      }
    }
    return migrator
  }

  /// The schema of a fresh project: the SQL of every table, index and trigger by name.
  static func expectedObjects() throws -> [String: String] {
    let memory = try DatabaseQueue()
    try migrator.migrate(memory)
    return try memory.read(objects)
  }

  /// The SQL of every table, index and trigger by `type name`.
  static func objects(_ db: Database) throws -> [String: String] {
    let rows = try Row.fetchAll(
      db, sql: "SELECT type || ' ' || name AS object, sql FROM sqlite_schema WHERE sql IS NOT NULL")
    return try rows.reduce(into: [:]) { objects, row in
      objects[try row.value("object")] = try row.value("sql")
    }
  }

  /// Tables are STRICT, and none is WITHOUT ROWID (observation is silent on those). Digests are
  /// text (`sha256:…`) as in recipes; times are UTC; blobs of tensors are little-endian float32.
  private static let first = """
    CREATE TABLE network (
      digest TEXT NOT NULL PRIMARY KEY,
      family TEXT NOT NULL,
      name TEXT NOT NULL,
      path TEXT NOT NULL,
      configuration TEXT NOT NULL,
      licence TEXT NOT NULL,
      createdAt TEXT NOT NULL
    ) STRICT;

    CREATE TABLE tensor (
      digest TEXT NOT NULL PRIMARY KEY,
      dtype TEXT NOT NULL CHECK (dtype = 'f32'),
      shape TEXT NOT NULL,
      bytes BLOB NOT NULL
    ) STRICT;
    CREATE TRIGGER tensor_is_never_changed BEFORE UPDATE ON tensor
      BEGIN SELECT RAISE(ABORT, 'stored tensors are never changed'); END;
    CREATE TRIGGER tensor_is_never_removed BEFORE DELETE ON tensor
      BEGIN SELECT RAISE(ABORT, 'stored tensors are never removed'); END;
    -- INSERT OR REPLACE would delete without a DELETE trigger.
    CREATE TRIGGER tensor_is_never_replaced BEFORE INSERT ON tensor
      WHEN EXISTS (SELECT 1 FROM tensor WHERE digest = NEW.digest)
      BEGIN SELECT RAISE(ABORT, 'stored tensors are never replaced'); END;

    CREATE TABLE latent (
      id INTEGER NOT NULL PRIMARY KEY,
      name TEXT NOT NULL UNIQUE,
      space TEXT NOT NULL CHECK (space IN ('Z', 'W', 'W+')),
      tensor TEXT NOT NULL REFERENCES tensor (digest),
      network TEXT,
      note TEXT NOT NULL,
      createdAt TEXT NOT NULL
    ) STRICT;
    CREATE INDEX latent_by_tensor ON latent (tensor);

    CREATE TABLE direction (
      id INTEGER NOT NULL PRIMARY KEY,
      name TEXT NOT NULL UNIQUE,
      method TEXT NOT NULL,
      parameters TEXT NOT NULL,
      tensor TEXT NOT NULL REFERENCES tensor (digest),
      network TEXT,
      createdAt TEXT NOT NULL
    ) STRICT;
    CREATE INDEX direction_by_tensor ON direction (tensor);

    CREATE TABLE artwork (
      id INTEGER NOT NULL PRIMARY KEY,
      name TEXT NOT NULL UNIQUE,
      currentBranch TEXT NOT NULL,
      stars INTEGER NOT NULL DEFAULT 0 CHECK (stars BETWEEN 0 AND 5),
      note TEXT NOT NULL DEFAULT '',
      createdAt TEXT NOT NULL,
      FOREIGN KEY (id, currentBranch) REFERENCES branch (artwork, name)
        DEFERRABLE INITIALLY DEFERRED
    ) STRICT;

    -- Numbers count from 1 in every artwork; a parent comes before its children.
    CREATE TABLE step (
      id INTEGER NOT NULL PRIMARY KEY,
      artwork INTEGER NOT NULL REFERENCES artwork (id),
      number INTEGER NOT NULL CHECK (number >= 1),
      parent INTEGER CHECK (parent < number),
      recipe TEXT NOT NULL,
      recipeDigest TEXT NOT NULL,
      label TEXT NOT NULL,
      createdAt TEXT NOT NULL,
      UNIQUE (artwork, number),
      FOREIGN KEY (artwork, parent) REFERENCES step (artwork, number)
    ) STRICT;
    CREATE INDEX step_by_recipe ON step (recipeDigest);
    CREATE TRIGGER step_is_never_changed BEFORE UPDATE ON step
      BEGIN SELECT RAISE(ABORT, 'history is never changed'); END;
    CREATE TRIGGER step_is_never_removed BEFORE DELETE ON step
      BEGIN SELECT RAISE(ABORT, 'history is never removed'); END;
    CREATE TRIGGER step_is_never_replaced BEFORE INSERT ON step
      WHEN EXISTS (
        SELECT 1 FROM step
        WHERE id = NEW.id OR (artwork = NEW.artwork AND number = NEW.number))
      BEGIN SELECT RAISE(ABORT, 'history is never replaced'); END;

    -- A branch stands on a step; redo goes from there towards the tip.
    CREATE TABLE branch (
      id INTEGER NOT NULL PRIMARY KEY,
      artwork INTEGER NOT NULL REFERENCES artwork (id),
      name TEXT NOT NULL,
      step INTEGER NOT NULL,
      tip INTEGER NOT NULL CHECK (tip >= step),
      UNIQUE (artwork, name),
      FOREIGN KEY (artwork, step) REFERENCES step (artwork, number),
      FOREIGN KEY (artwork, tip) REFERENCES step (artwork, number)
    ) STRICT;

    CREATE TABLE tag (
      id INTEGER NOT NULL PRIMARY KEY,
      artwork INTEGER NOT NULL REFERENCES artwork (id),
      name TEXT NOT NULL,
      UNIQUE (artwork, name)
    ) STRICT;

    -- Tables of pictures: style mixing, sweeps, before and after.
    CREATE TABLE sheet (
      id INTEGER NOT NULL PRIMARY KEY,
      name TEXT NOT NULL UNIQUE,
      sheet TEXT NOT NULL,
      sheetDigest TEXT NOT NULL,
      createdAt TEXT NOT NULL
    ) STRICT;

    CREATE TABLE profile (
      id INTEGER NOT NULL PRIMARY KEY,
      name TEXT NOT NULL UNIQUE,
      psi TEXT NOT NULL,
      createdAt TEXT NOT NULL
    ) STRICT;

    -- The pixel digest of a picture once shown stays; its PNG may go at any time.
    CREATE TABLE render (
      id INTEGER NOT NULL PRIMARY KEY,
      recipeDigest TEXT NOT NULL,
      width INTEGER NOT NULL CHECK (width > 0),
      pixelDigest TEXT NOT NULL,
      png BLOB,
      createdAt TEXT NOT NULL,
      UNIQUE (recipeDigest, width)
    ) STRICT;

    CREATE TABLE setting (
      id INTEGER NOT NULL PRIMARY KEY,
      key TEXT NOT NULL UNIQUE,
      value TEXT NOT NULL
    ) STRICT;
    """

  /// Label maps, instance maps and masks: PNGs by the digest of their size and numbers.
  private static let maps = """
    CREATE TABLE map (
      digest TEXT NOT NULL PRIMARY KEY,
      width INTEGER NOT NULL CHECK (width > 0),
      height INTEGER NOT NULL CHECK (height > 0),
      png BLOB NOT NULL
    ) STRICT;
    CREATE TRIGGER map_is_never_changed BEFORE UPDATE ON map
      BEGIN SELECT RAISE(ABORT, 'stored maps are never changed'); END;
    CREATE TRIGGER map_is_never_removed BEFORE DELETE ON map
      BEGIN SELECT RAISE(ABORT, 'stored maps are never removed'); END;
    CREATE TRIGGER map_is_never_replaced BEFORE INSERT ON map
      WHEN EXISTS (SELECT 1 FROM map WHERE digest = NEW.digest)
      BEGIN SELECT RAISE(ABORT, 'stored maps are never replaced'); END;
    """

  /// Names for vectors and tables of vectors, which lie among the tensors.
  private static let styles = """
    CREATE TABLE style (
      id INTEGER NOT NULL PRIMARY KEY,
      name TEXT NOT NULL UNIQUE,
      label INTEGER NOT NULL CHECK (label >= 0),
      tensor TEXT NOT NULL REFERENCES tensor (digest),
      network TEXT,
      source TEXT,
      thumbnail BLOB,
      note TEXT NOT NULL,
      createdAt TEXT NOT NULL
    ) STRICT;
    CREATE INDEX style_by_tensor ON style (tensor);

    CREATE TABLE styleTag (
      id INTEGER NOT NULL PRIMARY KEY,
      style INTEGER NOT NULL REFERENCES style (id),
      name TEXT NOT NULL,
      UNIQUE (style, name)
    ) STRICT;

    -- The styles of a photograph's instances, a row each.
    CREATE TABLE encoding (
      id INTEGER NOT NULL PRIMARY KEY,
      name TEXT NOT NULL UNIQUE,
      tensor TEXT NOT NULL REFERENCES tensor (digest),
      network TEXT,
      source TEXT,
      note TEXT NOT NULL,
      createdAt TEXT NOT NULL
    ) STRICT;
    CREATE INDEX encoding_by_tensor ON encoding (tensor);

    -- Typical styles, a row each, by class.
    CREATE TABLE clusters (
      id INTEGER NOT NULL PRIMARY KEY,
      name TEXT NOT NULL UNIQUE,
      tensor TEXT NOT NULL REFERENCES tensor (digest),
      network TEXT,
      source TEXT,
      note TEXT NOT NULL,
      createdAt TEXT NOT NULL
    ) STRICT;
    CREATE INDEX clusters_by_tensor ON clusters (tensor);
    """

  /// Long work that goes on where it was stopped: the state is replaced at every store, so it stands
  /// apart from the tensors that are never changed.
  private static let inversions = """
    CREATE TABLE inversion (
      id INTEGER NOT NULL PRIMARY KEY,
      name TEXT NOT NULL UNIQUE,
      network TEXT NOT NULL,
      target TEXT NOT NULL,
      settings TEXT NOT NULL,
      step INTEGER NOT NULL CHECK (step >= 0),
      counters TEXT NOT NULL,
      seconds REAL NOT NULL,
      isFinished INTEGER NOT NULL CHECK (isFinished IN (0, 1)),
      createdAt TEXT NOT NULL
    ) STRICT;

    CREATE TABLE inversionPart (
      id INTEGER NOT NULL PRIMARY KEY,
      inversion INTEGER NOT NULL REFERENCES inversion (id),
      name TEXT NOT NULL,
      digest TEXT NOT NULL,
      shape TEXT NOT NULL,
      bytes BLOB NOT NULL,
      UNIQUE (inversion, name)
    ) STRICT;
    """

  /// What trainings told as they went on.
  private static let trainings = """
    CREATE TABLE trainingRecord (
      id INTEGER NOT NULL PRIMARY KEY,
      run TEXT NOT NULL,
      step INTEGER NOT NULL CHECK (step >= 0),
      record TEXT NOT NULL,
      createdAt TEXT NOT NULL
    ) STRICT;
    CREATE INDEX trainingRecord_by_run ON trainingRecord (run, step);
    CREATE TRIGGER trainingRecord_is_never_changed BEFORE UPDATE ON trainingRecord
      BEGIN SELECT RAISE(ABORT, 'records of trainings are never changed'); END;
    CREATE TRIGGER trainingRecord_is_never_removed BEFORE DELETE ON trainingRecord
      BEGIN SELECT RAISE(ABORT, 'records of trainings are never removed'); END;
    CREATE TRIGGER trainingRecord_is_never_replaced BEFORE INSERT ON trainingRecord
      WHEN EXISTS (SELECT 1 FROM trainingRecord WHERE id = NEW.id)
      BEGIN SELECT RAISE(ABORT, 'records of trainings are never replaced'); END;
    """

  /// What was found together with an inverted latent: it goes with the latent's name, its tensors stay.
  private static let companions = """
    CREATE TABLE latentCompanion (
      id INTEGER NOT NULL PRIMARY KEY,
      latent INTEGER NOT NULL REFERENCES latent (id) ON DELETE CASCADE,
      kind TEXT NOT NULL CHECK (kind IN ('tuning', 'noise')),
      tensor TEXT NOT NULL REFERENCES tensor (digest),
      UNIQUE (latent, kind)
    ) STRICT;
    CREATE INDEX latentCompanion_by_tensor ON latentCompanion (tensor);
    """
}
