import Foundation
import Tensors

/// What the mapping network made of the latents asked for last: a table asks for each of its rows and
/// columns many times.
final class MappedLatents: @unchecked Sendable {
  private let lock = NSLock()
  private var kept: [Digest: Tensor] = [:]
  /// A few kilobytes each.
  private static let most = 256

  /// The w of a z and a label, from `make` unless it is kept.
  func w(of z: Tensor, label: Tensor?, make: () -> Tensor) -> Tensor {
    var hasher = Digest.Hasher()
    for tensor in [z, label].compactMap(\.self) {
      hasher.update(Data("\(tensor.shape)\u{0}".utf8))
      tensor.withUnsafeBuffer { hasher.update(UnsafeRawBufferPointer($0)) }
    }
    let key = hasher.finalize()
    if let w = lock.withLock({ kept[key] }) { return w }
    let w = make()
    lock.withLock {
      if kept.count >= Self.most { kept.removeAll() }
      kept[key] = w
    }
    return w
  }
}
