import Foundation
import Testing

@Suite("Places that cannot be written")
struct PlaceTests {
  @Test("A file for a folder, a folder for a file, and a folder that is missing")
  func wrongKind() throws {
    try Workplace.with { place in
      try place.addBrokenFiles()
      try place.succeed("new p.atelier --network small --seed 42 --name anna")
      try place.succeed("render p.atelier anna --output anna.png")
      try FileManager.default.createDirectory(
        at: place.file("folder"), withIntermediateDirectories: false)
      let mixing = "style-mixing --network small --rows 1 --cols 2"
      for (line, says) in [
        ("generate --network small --seeds 1 --outdir d32.npy", "d32.npy is a file"),
        ("generate --network small --seeds 1 --outdir d32.npy/sub/dir", "d32.npy is a file"),
        ("\(mixing) --outdir d32.npy", "d32.npy is a file"),
        ("\(mixing) --sheet none/s.png", "there is no folder"),
        ("\(mixing) --sheet folder", "folder: it is a folder"),
        ("sweep --network small --trunc 1 --outdir d32.npy", "d32.npy is a file"),
        ("sweep --network small --trunc 1 --sheet none/s.png", "there is no folder"),
        ("generate --network small --seeds 1 --project none/p.atelier", "there is no folder"),
        ("new none/p.atelier --network small --seed 1", "there is no folder"),
        ("new p.atelier", "p.atelier' exists already"),
        ("render p.atelier anna --output none/a.png", "there is no folder"),
        ("render p.atelier anna --output folder", "it is a folder"),
        ("replay p.atelier --outdir d32.npy", "d32.npy is a file"),
        ("convert small --output none/c.safetensors", "there is no folder"),
        ("convert small --output folder --force", "it is a folder"),
        ("convert small --output d32.npy", "exists; replace it with --force"),
        ("open anna.png --project none/q.atelier --output b.png", "there is no folder"),
        ("open anna.png --output none/b.png", "there is no folder"),
        ("open anna.png", "would overwrite"),
      ] {
        try place.expectRefusal(line.split(separator: " ").map(String.init), code: 1, says: [says])
      }
    }
  }

  @Test(
    "A folder without write permission",
    .enabled(if: canBecomeNobody, "needs root, setpriv, and a build that others can read"))
  func readOnlyFolder() throws {
    try Workplace.with { place in
      try place.succeed("new p.atelier --network small --seed 42 --name anna")
      for (line, says) in [
        ("generate --network small --seeds 1", "out: Permission denied"),
        ("generate --network small --seeds 1 --outdir .", "Permission denied. Name another one"),
        ("sweep --network small --trunc 1 --sheet s.png", "s.png: Permission denied"),
        ("convert small --output c.safetensors", "c.safetensors: Permission denied"),
        ("new q.atelier", "is read-only"),
        ("edit p.atelier anna base --with 1", "Make both writable, or work on a copy"),
        ("undo p.atelier anna", "Make both writable, or work on a copy"),
      ] {
        let words = line.split(separator: " ").map(String.init)
        let before = try place.names()
        let outcome = try place.run(
          "/usr/bin/env", Self.asNobody + [Workplace.tool().path] + words)
        #expect(outcome.code == 1, "\(line): \(outcome.errors)")
        #expect(outcome.errors.hasPrefix("Error: ") && outcome.errors.contains(says))
        #expect(outcome.errors.split(separator: "\n").count == 1, "\(outcome.errors)")
        #expect(try place.names() == before, "\(line)")
      }
      let history = try place.run(
        "/usr/bin/env", Self.asNobody + [Workplace.tool().path, "history", "p.atelier", "anna"])
      #expect(history.output == "→ 1   seed 42  (main)\n", "\(history.errors)")
    }
  }

  @Test(
    "A full disk",
    .enabled(if: canMount, "needs root and the right to mount a small disk in memory"),
    arguments: [
      ("4k", "", "generate --network small --seeds 1", "No space left on device", "", ""),
      ("100k", "", "convert small --output c.safetensors", "No space left on device", "", ""),
      (
        "16k", "", "new p.atelier --network small --seed 42 --name anna",
        "the disk (or quota) of", "", ""
      ),
      (
        "1m", "new p.atelier --network small --seed 42 --name anna",
        "edit p.atelier anna base --with 1", "earlier ones are safe", "p.atelier\n",
        "→ 1   seed 42  (main)\n"
      ),
    ])
  func fullDisk(
    size: String, first: String, line: String, says: String, left: String, history: String
  ) throws {
    try Workplace.with { place in
      try FileManager.default.createDirectory(
        at: place.file("disk"), withIntermediateDirectories: false)
      // The disk is mounted where only these processes see it, and goes away with them.
      let script = """
        mount -t tmpfs -o size=\(size) tmpfs disk && cd disk || exit 99
        \(first.isEmpty ? "" : "$0 \(first) > /dev/null && cat /dev/zero > fill 2> /dev/null")
        $0 \(line) > /dev/null; code=$?
        rm -f fill; find . -type f ! -name '*-shm' ! -name '*-wal' -printf '%P\\n'
        \(history.isEmpty ? "" : "$0 history p.atelier anna")
        exit $code
        """
      let outcome = try place.run(
        "/usr/bin/env", ["unshare", "-m", "sh", "-c", script, Workplace.tool().path])
      #expect(outcome.code == 1, "\(outcome.errors)")
      #expect(outcome.errors.contains(says), "\(outcome.errors)")
      #expect(outcome.errors.split(separator: "\n").count == 1, "\(outcome.errors)")
      #expect(outcome.output == left + history)
    }
  }

  private static let asNobody = [
    "setpriv", "--reuid=65534", "--regid=65534", "--clear-groups",
  ]

  static let canBecomeNobody: Bool =
    (try? Workplace.with { place in
      let words = try asNobody + [Workplace.tool().path, "--version"]
      return try geteuid() == 0 && place.run("/usr/bin/env", words).code == 0
    }) ?? false

  static let canMount: Bool =
    (try? Workplace.with { place in
      let script = "mount -t tmpfs -o size=4k tmpfs ."
      return try geteuid() == 0
        && place.run("/usr/bin/env", ["unshare", "-m", "sh", "-c", script]).code == 0
    }) ?? false
}
