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
  static func take(bytes: Int) -> Block {
    bytes >= smallestKept ? kept.take(bytes) : Block(fresh: bytes)
  }

  /// Gives back what ``take(bytes:)`` gave.
  static func give(_ block: Block) {
    if block.bytes >= smallestKept { kept.give(block) } else { block.base.deallocate() }
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

    /// What is kept at most: two layers of a 1024 px picture.
    private let limit = 280 << 20

    /// What is lent and kept together at most, but for what was set aside, as long as dropping kept
    /// blocks achieves it.
    private let aim = 512 << 20

    func take(_ bytes: Int) -> Block {
      let (found, dropped): (Block?, [Block]) = lock.withLock {
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

    /// Takes out the oldest blocks until a fresh one of `bytes` fits under the aim.
    private func makeRoom(for bytes: Int) -> [Block] {
      var dropped: [Block] = []
      while lent - aside + total + bytes > aim, !blocks.isEmpty {
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
        total += block.bytes
        var surplus: [Block] = []
        while total > limit, !blocks.isEmpty {
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
