import Foundation

/// A build backend for pip that builds nothing.
///
/// pip asks a source package's own program for its name and version before it keeps the download.
/// This stand-in for setuptools answers instead, so that nothing in the package is run.
enum StandInBackend {
  /// Puts the backend into `folder` and gives what pip's environment needs to find it.
  static func install(
    in folder: URL, package: (name: String, version: String)
  ) throws -> [String: String] {
    let module = folder.appendingPathComponent("setuptools")
    do {
      try FileManager.default.createDirectory(at: module, withIntermediateDirectories: true)
      try Data().write(to: module.appendingPathComponent("__init__.py"))
      try Data(program.utf8).write(to: module.appendingPathComponent("build_meta.py"))
    } catch {
      throw CommandError.failed("\(folder.path): cannot be made: \(error.localizedDescription)")
    }
    return [
      "PYTHONPATH": folder.path, "ATELIER_PACKAGE": package.name,
      "ATELIER_PACKAGE_VERSION": package.version,
    ]
  }

  /// PEP 517, as far as `pip download` goes.
  private static let program = """
    os = __import__("os")

    class Backend:
        def get_requires_for_build_wheel(self, settings=None):
            return []

        def prepare_metadata_for_build_wheel(self, directory, settings=None):
            name = os.environ["ATELIER_PACKAGE"].replace("-", "_")
            version = os.environ["ATELIER_PACKAGE_VERSION"]
            folder = name + "-" + version + ".dist-info"
            os.mkdir(os.path.join(directory, folder))
            with open(os.path.join(directory, folder, "METADATA"), "w") as file:
                file.write("Metadata-Version: 2.1\\nName: %s\\nVersion: %s\\n" % (name, version))
            return folder

    __legacy__ = Backend()
    get_requires_for_build_wheel = __legacy__.get_requires_for_build_wheel
    prepare_metadata_for_build_wheel = __legacy__.prepare_metadata_for_build_wheel

    """
}
