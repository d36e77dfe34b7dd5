import Foundation
import Tensors
import TestSupport
import Testing

@Suite("atelier weights")
struct WeightsCommandTests {
  @Test("An unknown name lists near names")
  func unknownName() throws {
    try WeightsStand.with { stand in
      let run = try stand.tool.run("weights", "fetch", "smal")
      #expect(run.code == 1)
      #expect(run.errors.contains("no weights are called 'smal'"))
      #expect(run.errors.contains("Near names: small."))
    }
  }

  @Test("A folder without an index is one clear error")
  func missingIndex() throws {
    try WeightsStand.with { stand in
      try FileManager.default.removeItem(at: stand.file("index.json"))
      for arguments in [["list"], ["verify"], ["fetch", "small"]] {
        let run = try stand.tool.run(["weights"] + arguments)
        #expect(run.code == 1)
        #expect(run.errors.contains("index.json: there is no index of weights."))
      }
      let elsewhere = CommandLineTool(environment: ["ATELIER_WEIGHTS": "/nonexistent/weights"])
      #expect(try elsewhere.run("weights", "list").errors.contains("ATELIER_WEIGHTS names"))
    }
  }

  @Test(
    "A malformed index is one clear error that names the place",
    arguments: [
      ("{", "it is not JSON"),
      (#"{"version": 2, "weights": []}"#, "version 2"),
      (#"{"version": 1, "weights": [{"name": "a"}]}"#, ".weights[0].family is missing"),
      (WeightsStand.index([.init(name: "a", file: "../a.pkl")]), "'../a.pkl' is not a plain one"),
      (WeightsStand.index([.init(name: "a", file: "a.txt")]), "none of a weights file"),
      (WeightsStand.index([.init(name: "a", url: "ftp://a/a.pkl")]), "no https, http or file"),
      (WeightsStand.index([.init(name: "a", sha256: "12")]), "'12' is not 64 hexadecimal digits"),
      (WeightsStand.index([.init(name: "a"), .init(name: "a")]), "two entries have the name 'a'"),
    ])
  func malformedIndex(text: String, problem: String) throws {
    try WeightsStand.with { stand in
      try stand.write(text, to: "index.json")
      let run = try stand.tool.run("weights", "list")
      #expect(run.code == 1)
      #expect(run.errors.contains("the index of weights is malformed: "))
      #expect(run.errors.contains(problem), "\(run.errors)")
      #expect(run.output.isEmpty)
    }
  }

  @Test("What is part of the sources is not fetched: the error says where it is from")
  func local() throws {
    try WeightsStand.with { stand in
      let entry = """
        {"version":1,"weights":[{"name":"box","family":"SPADE","resolution":64,"description":"d",
        "source":{"local":"box.md"},"file":"box.safetensors","licence":"MIT","terms":null,
        "lineage":"l","sha256":"\(String(repeating: "0", count: 64))","bytes":8,"converted":null,
        "note":null}]}
        """
      try stand.write(entry, to: "index.json")
      #expect(try stand.tool.run("weights", "list").output.contains("box"))
      let run = try stand.tool.run("weights", "fetch", "box")
      #expect(run.code == 1)
      #expect(run.errors.contains("part of Atelier's sources"))
      #expect(run.errors.contains("Weights/box.safetensors"))
      try stand.write(entry.replacingOccurrences(of: "box.md", with: "../box.md"), to: "index.json")
      #expect(try stand.tool.run("weights", "list").errors.contains("no model card '../box.md'"))
    }
  }

  @Test("The list tells what is there, as a table and as JSON")
  func list() throws {
    try WeightsStand.with { stand in
      let before = try stand.tool.run("weights", "list").output.split(separator: "\n")
      #expect(before.count == 3)
      #expect(before[1].contains("small") && before[1].contains(" no "))
      _ = try stand.tool.run("weights", "fetch", "small")
      let after = try stand.tool.run("weights", "list").output.split(separator: "\n")
      #expect(after[1].contains(" yes "))
      let json = try stand.tool.run("weights", "list", "--json").output
      let rows = try JSONSerialization.jsonObject(with: Data(json.utf8)) as? [[String: Any]]
      #expect(rows?.map { $0["fetched"] as? Bool } == [true, false])
    }
  }

  @Test("A file without a known digest is pinned at its first fetch and checked ever after")
  func pinning() throws {
    try WeightsStand.with { stand in
      let run = try stand.tool.run("weights", "fetch", "small")
      #expect(run.code == 0, "\(run.errors)")
      #expect(run.errors.contains("licence: Test licence"))
      #expect(run.errors.contains("lineage: Made for this test."))
      #expect(try stand.data("small.safetensors") == stand.original)
      let pin = String(decoding: try stand.data("small.safetensors.sha256"), as: UTF8.self)
      #expect(pin == "\(Digest(of: stand.original).hexadecimal)  small.safetensors\n")
      #expect(try stand.names() == ["index.json", "small.safetensors", "small.safetensors.sha256"])

      let again = try stand.tool.run("weights", "fetch", "small")
      #expect(again.code == 0 && again.output.contains("already there, with the right digest"))

      try FileManager.default.removeItem(at: stand.file("small.safetensors"))
      try WeightsStand.safetensors(value: 2).write(to: stand.source)
      let changed = try stand.tool.run("weights", "fetch", "small")
      #expect(changed.code == 1 && changed.errors.contains("remove"))
      #expect(try stand.names() == ["index.json", "small.safetensors.sha256"])
    }
  }

  @Test("A wrong digest leaves nothing behind")
  func digestMismatch() throws {
    try WeightsStand.with { stand in
      let run = try stand.tool.run("weights", "fetch", "wrong")
      #expect(run.code == 1)
      #expect(run.errors.contains("its digest is sha256:"))
      #expect(try stand.names() == ["index.json"])
    }
  }

  @Test("An interrupted download resumes; a part of another file is refused and removed")
  func resuming() throws {
    try WeightsStand.with { stand in
      try stand.original.prefix(40).write(to: stand.file("small.safetensors.part"))
      #expect(try stand.tool.run("weights", "fetch", "small").code == 0)
      #expect(try stand.data("small.safetensors") == stand.original)

      try FileManager.default.removeItem(at: stand.file("small.safetensors"))
      var other = stand.original.prefix(stand.original.count - 4)
      other[other.count - 1] ^= 1
      try other.write(to: stand.file("small.safetensors.part"))
      let refused = try stand.tool.run("weights", "fetch", "small")
      #expect(refused.code == 1 && refused.errors.contains("resumed from an earlier part"))
      #expect(try stand.names() == ["index.json", "small.safetensors.sha256"])
      #expect(try stand.tool.run("weights", "fetch", "small").code == 0)

      try FileManager.default.removeItem(at: stand.file("small.safetensors"))
      try (stand.original + stand.original).write(to: stand.file("small.safetensors.part"))
      #expect(try stand.tool.run("weights", "fetch", "small").code == 0)
      #expect(try stand.data("small.safetensors") == stand.original)
    }
  }

  @Test("A web page, a short file and a missing one are refused")
  func wrongDownloads() throws {
    try WeightsStand.with { stand in
      let downloads: [(Data, String)] = [
        (Data("<!DOCTYPE html><html>Not found</html>".utf8), "an HTML page"),
        (stand.original.prefix(stand.original.count - 3), "small.safetensors.part"),
      ]
      for (data, problem) in downloads {
        try data.write(to: stand.source)
        let run = try stand.tool.run("weights", "fetch", "small")
        #expect(run.code == 1 && run.errors.contains(problem), "\(run.errors)")
        #expect(try stand.names() == ["index.json"])
      }
      try FileManager.default.removeItem(at: stand.source)
      let run = try stand.tool.run("weights", "fetch", "small")
      #expect(run.code == 1 && run.errors.contains("failed with exit code"), "\(run.errors)")
      #expect(try stand.names() == ["index.json"])
    }
  }

  @Test("A damaged file is said to be so, verified as wrong, and replaced by force")
  func flippedByte() throws {
    try WeightsStand.with { stand in
      _ = try stand.tool.run("weights", "fetch", "small")
      #expect(try stand.tool.run("weights", "verify").output == "small.safetensors: right\n")
      var damaged = stand.original
      damaged[damaged.count - 1] ^= 1
      try damaged.write(to: stand.file("small.safetensors"))

      let verified = try stand.tool.run("weights", "verify")
      #expect(verified.code == 1 && verified.output.contains("small.safetensors: WRONG"))
      let json = try stand.tool.run("weights", "verify", "--json")
      #expect(json.code == 1 && json.output.contains(#""state" : "wrong""#))

      let refused = try stand.tool.run("weights", "fetch", "small")
      #expect(refused.code == 1 && refused.errors.contains("--force"))
      #expect(try stand.data("small.safetensors") == damaged)
      #expect(try stand.tool.run("weights", "fetch", "small", "--force").code == 0)
      #expect(try stand.tool.run("weights", "verify").code == 0)
    }
  }

  @Test("A broken wheel, a wrong one and a missing one are refused, and nothing is kept")
  func brokenWheel() throws {
    try WeightsStand.with { stand in
      let wheel = stand.folder.appendingPathComponent("broken.whl")
      try Data("PK\u{3}\u{4} broken".utf8).write(to: wheel)
      for (digest, problem) in [(nil, "broken.whl"), (Digest(of: Data()), "instead of sha256:")] {
        let entry = WeightsStand.Entry(
          name: "wheel", source: #"{"pypi": "random-face", "version": "1.0"}"#,
          sha256: digest?.hexadecimal, converted: #"{"sha256": null, "bytes": null}"#)
        try stand.write(WeightsStand.index([entry]), to: "index.json")
        let run = try stand.tool.run("weights", "fetch", "wheel", "--from", wheel.path)
        #expect(run.code == 1 && run.errors.contains(problem), "\(run.errors)")
        #expect(try stand.names() == ["index.json"])
      }
      let run = try stand.tool.run("weights", "fetch", "wheel", "--from", "/nonexistent.whl")
      #expect(run.code == 1 && run.errors.contains("there is no such file"))
      #expect(FileManager.default.fileExists(atPath: wheel.path))
    }
  }
}
