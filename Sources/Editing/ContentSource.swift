import Imaging
import Tensors

/// Where a renderer finds the content that recipes name by digest.
public protocol ContentSource: Sendable {
  /// The tensor with this digest; throws if it is not there.
  func tensor(_ digest: Digest) throws -> Tensor
  /// The map with this digest; throws if it is not there.
  func map(_ digest: Digest) throws -> IntegerMap
}

extension ContentSource {
  /// Sources that hold no maps have none to give.
  public func map(_ digest: Digest) throws -> IntegerMap {
    throw EditingError.missingTensor(digest: digest.description, what: "the map")
  }
}

/// Content in memory.
public struct MemoryContent: ContentSource {
  /// The tensors by digest.
  public private(set) var tensors: [Digest: Tensor] = [:]
  /// The maps by digest.
  public private(set) var maps: [Digest: IntegerMap] = [:]
  /// Where else to look.
  private let fallback: (any ContentSource)?

  /// Content from tensors and maps, and from `fallback` for what they lack.
  public init(
    _ tensors: [Digest: Tensor] = [:], maps: [Digest: IntegerMap] = [:],
    fallback: (any ContentSource)? = nil
  ) {
    self.tensors = tensors
    self.maps = maps
    self.fallback = fallback
  }

  /// Adds a tensor and returns its digest.
  @discardableResult
  public mutating func add(_ tensor: Tensor) -> Digest {
    let digest = Digest(of: tensor)
    tensors[digest] = tensor
    return digest
  }

  /// Adds a map and returns its digest.
  @discardableResult
  public mutating func add(_ map: IntegerMap) -> Digest {
    let digest = map.digest
    maps[digest] = map
    return digest
  }

  /// The map with this digest.
  public func map(_ digest: Digest) throws -> IntegerMap {
    if let map = maps[digest] { return map }
    guard let fallback else {
      throw EditingError.missingTensor(digest: digest.description, what: "the map")
    }
    return try fallback.map(digest)
  }

  /// The tensor with this digest.
  public func tensor(_ digest: Digest) throws -> Tensor {
    if let tensor = tensors[digest] { return tensor }
    guard let fallback else {
      throw EditingError.missingTensor(digest: digest.description, what: "the content")
    }
    return try fallback.tensor(digest)
  }
}
