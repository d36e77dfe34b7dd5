import Foundation

/// Aligned memory for tensors, kept for the next one of about its size.
///
/// Touching fresh memory costs more than most operations: 134 MB, one layer of a 1024 px picture,
/// take the system 80 ms in pages of 4 KB, against 6 ms to write. So large blocks ask for huge pages
/// and are kept when their tensor goes.
enum Memory {
  private static let kept = Kept()

  /// Says that `bytes` more (or fewer) of what is lent are kept for later by somebody who minds a
  /// budget of their own, so that work has as much memory as without them.
  static func setAside(bytes: Int) { kept.setAside(bytes) }

  /// At least `bytes` bytes, 64-byte aligned, with unspecified contents.
  ///
  /// What stays for long, such as weights, is `isLasting`: it is neither taken from what is kept nor
  /// counted, or the weights of a large network would leave no room for its layers.
  static func take(bytes: Int, isLasting: Bool = false) -> Block {
    if isLasting || bytes < smallestKept { return Block(fresh: bytes) }
    return kept.take(bytes)
  }

  /// Gives back what ``take(bytes:isLasting:)`` gave.
  static func give(_ block: Block, isLasting: Bool = false) {
    if isLasting || block.bytes < smallestKept { return block.base.deallocate() }
    kept.give(block)
  }

  /// Smaller blocks come from the system, which keeps them itself.
  private static let smallestKept = 1 << 20

  /// A piece of memory.
  struct Block: @unchecked Sendable {
    let base: UnsafeMutableRawPointer
    let bytes: Int

    /// New memory; in huge pages where it fills some.
    init(fresh bytes: Int) {
      let hugePage = 2 << 20
      let isLarge = bytes >= 2 * hugePage
      self.bytes = bytes
      base = .allocate(byteCount: max(bytes, 1), alignment: isLarge ? hugePage : 64)
      #if os(Linux)
        if isLarge { madvise(base, bytes / hugePage * hugePage, MADV_HUGEPAGE) }
      #endif
    }
  }

  private final class Kept: @unchecked Sendable {
    private let lock = NSLock()
    private var blocks: [Block] = []
    private var total = 0
    private var lent = 0
    /// The part of what is lent that was set aside.
    private var aside = 0

    /// What work lends and keeps together at most, as long as dropping kept blocks achieves it: two
    /// layers of a 1024 px picture, and the smaller ones before them.
    private let limit = 400 << 20

    /// The least that was lent during the last loans, and during those before them.
    private var (least, leastBefore) = (0, 0)
    private var loans = 0

    /// What is lent beside what stays lent all the time, as weights do that were read into memory, or
    /// was set aside.
    private var atWork: Int { lent - max(min(least, leastBefore), aside) }

    func take(_ bytes: Int) -> Block {
      let (found, dropped): (Block?, [Block]) = lock.withLock {
        loans += 1
        if loans % 32 == 0 { (leastBefore, least) = (least, lent) }
        // The smallest that will do, and does not waste three quarters of itself.
        let fitting = blocks.indices.filter {
          blocks[$0].bytes >= bytes && blocks[$0].bytes <= 4 * bytes
        }
        guard let index = fitting.min(by: { blocks[$0].bytes < blocks[$1].bytes }) else {
          return (nil, makeRoom(for: bytes))
        }
        total -= blocks[index].bytes
        lent += blocks[index].bytes
        return (blocks.remove(at: index), [])
      }
      for block in dropped { block.base.deallocate() }
      return found ?? Block(fresh: bytes)
    }

    /// Takes out the oldest blocks until a fresh one of `bytes` fits under the limit.
    private func makeRoom(for bytes: Int) -> [Block] {
      var dropped: [Block] = []
      while atWork + total + bytes > limit, !blocks.isEmpty {
        let oldest = blocks.removeFirst()
        total -= oldest.bytes
        dropped.append(oldest)
      }
      lent += bytes
      return dropped
    }

    func setAside(_ bytes: Int) { lock.withLock { aside += bytes } }

    func give(_ block: Block) {
      let surplus: [Block] = lock.withLock {
        blocks.append(block)
        lent -= block.bytes
        least = min(least, lent)
        total += block.bytes
        var surplus: [Block] = []
        while atWork + total > limit, !blocks.isEmpty {
          let oldest = blocks.removeFirst()
          total -= oldest.bytes
          surplus.append(oldest)
        }
        return surplus
      }
      for block in surplus { block.base.deallocate() }
    }
  }
}
