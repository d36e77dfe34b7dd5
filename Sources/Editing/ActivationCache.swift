import Foundation
import Networks
import Tensors

/// Activations by content, at most so many bytes of them: those used longest ago go first.
///
/// An entry is the state of a synthesis between two layers, named by ``ActivationKeys``. Going on
/// from it gives the bytes of a synthesis from the beginning, so a cache changes times only.
public final class ActivationCache: @unchecked Sendable {
  /// What the kept states take at most, in bytes.
  public let limit: Int

  private let lock = NSLock()
  private var states: [Digest: (state: SynthesisState, used: Int)] = [:]
  private var total = 0
  private var clock = 0

  /// A cache of at most `limit` bytes; 512 MB unless said otherwise.
  public init(bytes limit: Int = 512 << 20) {
    precondition(limit >= 0, "a cache of \(limit) bytes")
    self.limit = limit
  }

  /// What the kept states take, in bytes.
  public var bytes: Int { lock.withLock { total } }

  /// How many states are kept.
  public var count: Int { lock.withLock { states.count } }

  /// The state with this name, if it is still kept.
  public func state(_ key: Digest) -> SynthesisState? {
    lock.withLock {
      guard let found = states[key] else { return nil }
      clock += 1
      states[key] = (found.state, clock)
      return found.state
    }
  }

  /// The deepest kept state of a picture, before its last layer.
  func deepest(_ keys: ActivationKeys) -> SynthesisState? {
    keys.digests.dropLast().reversed().lazy.compactMap { self.state($0) }.first
  }

  /// A finished picture `[1, C, H, W]`, if it is still kept; its states count as used as well, since
  /// the next edit may begin at them.
  func picture(_ keys: ActivationKeys) -> Tensor? {
    guard let picture = keys.digests.last.flatMap({ state($0) }) else { return nil }
    for key in keys.digests.dropLast() { _ = state(key) }
    return picture.features
  }

  /// Keeps a finished picture, unless it takes more than a sixteenth of the cache.
  func keep(picture: Tensor, _ keys: ActivationKeys) {
    let state = SynthesisState(features: picture)
    guard let key = keys.digests.last, state.bytes <= limit / 16 else { return }
    keep(state, as: key)
  }

  /// Keeps a state, and drops as many others as its bytes need; one that is larger than the whole
  /// cache is not kept.
  public func keep(_ state: SynthesisState, as key: Digest) {
    guard state.bytes <= limit else { return }
    // The dropped states' memory is given back outside of the lock.
    let dropped: [SynthesisState] = lock.withLock {
      var dropped: [SynthesisState] = []
      func drop(_ key: Digest) {
        guard let old = states.removeValue(forKey: key) else { return }
        total -= old.state.bytes
        dropped.append(old.state)
      }
      drop(key)
      while total + state.bytes > limit,
        let oldest = states.min(by: { $0.value.used < $1.value.used })
      {
        drop(oldest.key)
      }
      clock += 1
      states[key] = (state, clock)
      total += state.bytes
      return dropped
    }
    Tensor.setAside(bytes: state.bytes - dropped.reduce(0) { $0 + $1.bytes })
  }

  /// Forgets everything.
  public func removeAll() {
    let dropped = lock.withLock {
      defer {
        states = [:]
        total = 0
      }
      return states
    }
    Tensor.setAside(bytes: -dropped.values.reduce(0) { $0 + $1.state.bytes })
  }

  deinit { Tensor.setAside(bytes: -total) }
}
