import Foundation

/// Aligned memory for tensors, kept for the next one of about its size.
///
/// Touching fresh memory costs more than most operations: 134 MB, one layer of a 1024 px picture,
/// take the system 80 ms in pages of 4 KB, against 6 ms to write. So large blocks ask for huge pages
/// and are kept when their tensor goes.
enum Memory {
  private static let kept = Kept()

  /// Whether blocks are at most a little larger than what is asked for, as they should be for what is
  /// kept: a state of 67 MB in a block of 134 MB takes the room of two.
  @TaskLocal static var isTight = false

  /// Whether what is made of weights goes with them, as in training, where the next step has others:
  /// it is lent then like any other memory, for fresh pages cost more than what is written to them.
  @TaskLocal static var isPassing = false

  /// Says that `bytes` more (or fewer) of what is lent are kept for later by somebody who minds a
  /// budget of their own, so that work has as much memory as without them.
  static func setAside(bytes: Int) { kept.setAside(bytes) }

  /// At least `bytes` bytes, 64-byte aligned, with unspecified contents.
  ///
  /// What stays for long, such as weights, is `isLasting`: it is neither taken from what is kept nor
  /// counted, or the weights of a large network would leave no room for its layers.
  static func take(bytes: Int, isLasting: Bool = false) -> Block {
    if isLasting || bytes < smallestKept { return Block(fresh: bytes, grows: false) }
    return kept.take(bytes)
  }

  /// Gives back what ``take(bytes:isLasting:)`` gave.
  static func give(_ block: Block, isLasting: Bool = false) {
    if isLasting || block.bytes < smallestKept { return block.free() }
    kept.give(block)
  }

  /// Smaller blocks come from the system, which keeps them itself.
  private static let smallestKept = 1 << 20

  /// A piece of memory.
  ///
  /// Large ones have addresses for more than was asked for, which costs nothing until it is touched:
  /// so the block of a small layer grows to serve larger ones, and two serve a whole synthesis.
  struct Block: @unchecked Sendable {
    let base: UnsafeMutableRawPointer
    /// The most that was asked of it so far.
    private(set) var bytes: Int
    /// What it can grow to.
    let capacity: Int
    /// Where its addresses begin, if they are mapped.
    private let mapping: UnsafeMutableRawPointer?

    private static let hugePage = 2 << 20
    private static let room = 256 << 20

    /// New memory; in huge pages where it fills some.
    init(fresh bytes: Int, grows: Bool) {
      let isLarge = bytes >= 2 * Self.hugePage
      self.bytes = bytes
      #if os(Linux)
        if isLarge, grows, bytes < Self.room,
          let start = mmap(
            nil, Self.room + Self.hugePage, PROT_READ | PROT_WRITE,
            Int32(MAP_PRIVATE) | Int32(MAP_ANONYMOUS) | Int32(MAP_NORESERVE), -1, 0),
          start != MAP_FAILED
        {
          mapping = start
          capacity = Self.room
          base = start.alignedUp(toMultipleOf: Self.hugePage)
          madvise(base, capacity, MADV_HUGEPAGE)
          return
        }
      #endif
      mapping = nil
      capacity = bytes
      base = .allocate(byteCount: max(bytes, 1), alignment: isLarge ? Self.hugePage : 64)
      #if os(Linux)
        if isLarge { madvise(base, bytes / Self.hugePage * Self.hugePage, MADV_HUGEPAGE) }
      #endif
    }

    /// The same memory with at least `bytes` in use, within its capacity.
    func grown(to bytes: Int) -> Block {
      precondition(bytes <= capacity, "\(bytes) bytes in a block of \(capacity)")
      var block = self
      block.bytes = max(self.bytes, bytes)
      return block
    }

    /// Gives it back to the system.
    func free() {
      #if os(Linux)
        if let mapping {
          munmap(mapping, capacity + Self.hugePage)
          return
        }
      #endif
      base.deallocate()
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
    /// The most that was lent during the last loans, and during those before them; over many more,
    /// since a step of optimisation makes hundreds.
    private var (most, mostBefore) = (0, 0)
    private var loans = 0

    /// What is lent beside what stays lent all the time, as weights do that were read into memory, or
    /// was set aside.
    private var atWork: Int { lent - max(min(least, leastBefore), aside) }

    func take(_ bytes: Int) -> Block {
      let (found, dropped): (Block?, [Block]) = lock.withLock {
        loans += 1
        if loans % 32 == 0 { (leastBefore, least) = (least, lent) }
        if loans % 2048 == 0 { (mostBefore, most) = (most, lent) }
        defer { most = max(most, lent) }
        // The smallest that will do, and does not waste three quarters of itself.
        let largest = Memory.isTight ? bytes + bytes / 8 : 4 * bytes
        let fitting = blocks.indices.filter {
          blocks[$0].bytes >= bytes && blocks[$0].bytes <= largest
        }.min { blocks[$0].bytes < blocks[$1].bytes }
        if let fitting {
          total -= blocks[fitting].bytes
          lent += blocks[fitting].bytes
          return (blocks.remove(at: fitting), [])
        }
        // Or else the largest that can grow.
        let growing = blocks.indices.filter {
          blocks[$0].bytes < bytes && blocks[$0].capacity >= bytes
        }.max { blocks[$0].bytes < blocks[$1].bytes }
        let block = growing.map { blocks.remove(at: $0) }
        if let block { total -= block.bytes }
        return (block?.grown(to: bytes), makeRoom(for: bytes))
      }
      for block in dropped { block.free() }
      return found ?? Block(fresh: bytes, grows: true)
    }

    /// Whether so many more bytes are more than is allowed, and more than work has had of late anyway: a
    /// step of optimisation holds a whole tape at its turn, and would else give all of it back to the
    /// system only to ask for it again.
    private func isTooMuch(_ bytes: Int = 0) -> Bool {
      atWork + total + bytes > limit && lent + total + bytes > max(most, mostBefore)
    }

    /// Takes out the oldest blocks until one of `bytes` more fits under the limit.
    private func makeRoom(for bytes: Int) -> [Block] {
      var dropped: [Block] = []
      while isTooMuch(bytes), !blocks.isEmpty {
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
        while isTooMuch(), !blocks.isEmpty {
          let oldest = blocks.removeFirst()
          total -= oldest.bytes
          surplus.append(oldest)
        }
        return surplus
      }
      for block in surplus { block.free() }
    }
  }
}
