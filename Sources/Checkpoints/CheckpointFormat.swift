import Foundation

/// A file format that checkpoints come in.
public struct CheckpointFormat: Hashable, Sendable {
  /// The format's name: "safetensors", "torch zip", "NVLabs pickle" …
  public let name: String

  /// Who writes such files, in half a sentence.
  public let summary: String

  init(_ name: String, _ summary: String) {
    self.name = name
    self.summary = summary
  }
}

extension CheckpointFormat: CustomStringConvertible {
  /// The name.
  public var description: String { name }
}

/// Reads one format. A new format is one type that conforms and one line in
/// `Checkpoint.readers`.
protocol FormatReader: Sendable {
  /// The format read.
  static var format: CheckpointFormat { get }

  /// Whether the bytes are of this format, judged by the bytes alone.
  static func recognizes(_ bytes: ByteRegion) -> Bool

  /// Reads names, shapes and configuration; elements stay in the file.
  static func read(_ bytes: ByteRegion, at url: URL) throws -> CheckpointContents
}

extension Checkpoint {
  /// The formats in the order in which a file is tried against them: the most specific first.
  static let readers: [any FormatReader.Type] = [
    Safetensors.self,
    NumPyArchive.self,
    NumPy.self,
    TorchZip.self,
    TorchLegacy.self,
    NVLabsPickle.self,
    TensorFlowPickle.self,
    PlainPickle.self,
    OpenVINO.self,
  ]

  /// Every format that Atelier reads.
  public static var formats: [CheckpointFormat] { readers.map { $0.format } }

  static var formatNames: String { formats.map(\.name).joined(separator: ", ") }
}

/// What a reader found in a file.
struct CheckpointContents {
  /// The tensors, in the file's order; names are unique.
  var tensors: [(name: String, tensor: StoredTensor)] = []
  var modules: [CheckpointModule] = []
  var metadata: [String: String] = [:]
  var plain: PickleValue?
  var graph: OpenVINOGraph?
  var containsCode = false
  /// Files beside the checkpoint that belong to it, and whose bytes its digest covers.
  var companions: [ByteRegion] = []
}
