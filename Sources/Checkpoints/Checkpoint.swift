import Foundation
import Tensors

/// A file of trained weights: named tensors, still in the file, and plain configuration.
///
/// The format is told by the bytes, never by the file's name. Nothing in the file is run: code in
/// it is noticed and ignored, and functions it asks for are refused unless they build plain data.
/// The file is mapped, so opening reads names and shapes only; it must not be shortened by
/// somebody else while the checkpoint or a tensor from it is in use.
public struct Checkpoint: Sendable {
  /// The file.
  public let url: URL

  /// The format that the bytes were recognised as.
  public let format: CheckpointFormat

  /// Whether the file carries program code, which was ignored.
  public let containsCode: Bool

  /// The tensors' names, in the file's order.
  ///
  /// Nested dictionaries and modules are joined by dots: `G_ema.mapping.fc0.weight`. A file of one
  /// bare tensor calls it `tensor`.
  public let names: [String]

  /// The tensors by name.
  public let tensors: [String: StoredTensor]

  /// The networks that the file describes, parents before children; empty for plain formats.
  public let modules: [CheckpointModule]

  /// Free text that the file carries, by key (`__metadata__` of safetensors).
  public let metadata: [String: String]

  /// The object tree of a pickle-based file, with tensors as leaves.
  public let plain: PickleValue?

  /// The layers and edges of an OpenVINO file.
  package let graph: OpenVINOGraph?

  private let parts: [ByteRegion]

  /// Opens a checkpoint.
  ///
  /// Throws `CheckpointError` with the place and the reason for anything that is not a whole,
  /// harmless checkpoint.
  public init(contentsOf url: URL) throws {
    try self.init(MappedFile(contentsOf: url).region, at: url)
  }

  /// Reads a checkpoint from bytes in memory; `url` names it in errors and says where companions
  /// would lie.
  package init(_ bytes: some Collection<UInt8>, at url: URL) throws {
    try self.init(MappedFile(named: url.path, copying: bytes).region, at: url)
  }

  private init(_ bytes: ByteRegion, at url: URL) throws {
    if let foreign = ForeignFile(bytes), !Safetensors.recognizes(bytes) {
      throw CheckpointError.unrecognized(
        file: url.path, looksLike: foreign.looksLike, advice: foreign.advice)
    }
    guard let reader = Self.readers.first(where: { $0.recognizes(bytes) }) else {
      let foreign = ForeignFile.unknown(bytes)
      throw CheckpointError.unrecognized(
        file: url.path, looksLike: foreign.looksLike, advice: foreign.advice)
    }
    try self.init(
      try reader.read(bytes, at: url), format: reader.format, bytes: bytes, at: url)
  }

  init(
    _ contents: CheckpointContents, format: CheckpointFormat, bytes: ByteRegion, at url: URL
  ) throws {
    self.url = url
    self.format = format
    containsCode = contents.containsCode
    names = contents.tensors.map(\.name)
    tensors = try Dictionary(contents.tensors.map { ($0.name, $0.tensor) }) { _, _ in
      let name = Self.firstDuplicate(contents.tensors.map(\.name))
      throw CheckpointError.malformed(
        file: url.path, place: "tensor '\(name)'", expected: "every name once", found: "two")
    }
    modules = contents.modules
    metadata = contents.metadata
    plain = contents.plain
    graph = contents.graph
    parts = [bytes] + contents.companions
  }

  /// The tensor of this name as 32-bit floats, borrowed from the file where its layout allows.
  public func tensor(_ name: String) throws -> Tensor {
    guard let stored = tensors[name] else {
      throw CheckpointError.missingTensor(
        file: url.path, tensor: name, advice: "It holds \(names.count): \(excerpt).")
    }
    return try stored.tensor()
  }

  /// The module of this name.
  public func module(_ name: String) -> CheckpointModule? {
    modules.first { $0.name == name }
  }

  /// The SHA-256 of the file's bytes, followed by those of the `.bin` for an OpenVINO file.
  public func digest() throws -> Digest {
    var hasher = Digest.Hasher()
    for part in parts {
      part.withUnsafeBytes { bytes in
        var position = 0
        while position < bytes.count {
          let end = min(position + (4 << 20), bytes.count)
          hasher.update(UnsafeRawBufferPointer(rebasing: bytes[position..<end]))
          position = end
        }
      }
    }
    return hasher.finalize()
  }

  private var excerpt: String {
    names.isEmpty ? "none" : names.prefix(5).joined(separator: ", ") + (names.count > 5 ? " …" : "")
  }

  private static func firstDuplicate(_ names: [String]) -> String {
    var seen = Set<String>()
    return names.first { !seen.insert($0).inserted } ?? ""
  }
}

extension Checkpoint: CustomStringConvertible {
  /// The file's name, its format and the number of its tensors.
  public var description: String {
    "\(url.lastPathComponent) (\(format), \(names.count) tensors)"
  }
}
