import Tensors

/// One kind of edit: a value that turns W+ into other W+.
///
/// A new kind is one file in `Operations/` and one line in ``EditOperations/all``. Its parameters
/// are its Codable properties; a change of their meaning raises ``version``.
public protocol EditOperation: Codable, Hashable, Sendable {
  /// The name in recipes, such as `move`.
  static var kind: String { get }
  /// The version in recipes, from 1.
  static var version: Int { get }
  /// The stored tensors that the edit needs.
  var tensors: [Digest] { get }
  /// The stored maps that the edit needs.
  var maps: [Digest] { get }
  /// One line for history lists; `name` says what stored content is called.
  func summary(_ name: (Digest) -> String) -> String
  /// Edits `ws` of shape `[rows, wDim]`.
  func apply(to ws: Tensor, in context: EditContext) throws -> Tensor
}

extension EditOperation {
  /// Most edits name none.
  public var tensors: [Digest] { [] }
  /// Most edits name none.
  public var maps: [Digest] { [] }
  /// Edits of maps and regions leave the latent as it is.
  public func apply(to ws: Tensor, in context: EditContext) throws -> Tensor { ws }
}

/// What an edit may ask for while it is applied.
public protocol EditContext {
  /// The latent of another source as `[rows, wDim]`, truncated as the recipe says.
  func latent(of source: LatentSource) throws -> Tensor
  /// Stored content by digest; throws ``EditingError/missingTensor(digest:what:)``.
  func tensor(_ digest: Digest) throws -> Tensor
}

/// The kinds of edit that this Atelier knows.
public enum EditOperations {
  /// Every kind, in the order in which they are documented.
  public static let all: [any EditOperation.Type] = [
    MixOperation.self, MoveOperation.self, RegionOperation.self,
    PaintOperation.self, FillOperation.self, RelabelOperation.self, MoveObjectOperation.self,
    CopyObjectOperation.self, DeleteObjectOperation.self, AddObjectOperation.self,
    SwapObjectsOperation.self, ImportMapsOperation.self,
    EncodeOperation.self, StyleInstanceOperation.self, SampleStylesOperation.self,
    TransferStylesOperation.self, HoldOperation.self,
  ]

  static func kind(_ kind: String, version: Int) throws(EditingError) -> any EditOperation.Type {
    guard let found = all.first(where: { $0.kind == kind && $0.version == version }) else {
      throw .unknownOperation(
        kind: kind, version: version, known: all.map { "\($0.kind) \($0.version)" })
    }
    return found
  }
}

/// An edit in a recipe: an operation that can be switched off.
public struct Edit: Hashable, Sendable {
  /// What it does.
  public var operation: any EditOperation
  /// Whether it takes part.
  public var isEnabled: Bool

  /// An edit, switched on.
  public init(_ operation: any EditOperation, isEnabled: Bool = true) {
    self.operation = operation
    self.isEnabled = isEnabled
  }

  /// Edits are equal if they are of one kind with the same parameters and switch.
  public static func == (a: Edit, b: Edit) -> Bool {
    a.isEnabled == b.isEnabled && AnyHashable(a.operation) == AnyHashable(b.operation)
  }

  /// Hashes the operation and the switch.
  public func hash(into hasher: inout Hasher) {
    hasher.combine(isEnabled)
    hasher.combine(AnyHashable(operation))
  }
}

extension Edit: Codable {
  private enum CodingKeys: String, CodingKey { case kind, version, enabled }

  /// Reads `{"kind": …, "version": …, "enabled": …}` with the kind's parameters beside them.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    let type = try EditOperations.kind(
      container.decode(String.self, forKey: .kind),
      version: container.decode(Int.self, forKey: .version))
    operation = try type.init(from: decoder)
    isEnabled = try container.decode(Bool.self, forKey: .enabled)
  }

  /// Writes the form that the decoder reads.
  public func encode(to encoder: any Encoder) throws {
    try operation.encode(to: encoder)
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(type(of: operation).kind, forKey: .kind)
    try container.encode(type(of: operation).version, forKey: .version)
    try container.encode(isEnabled, forKey: .enabled)
  }
}
