import Foundation

/// Aligned working memory that is reused from call to call.
///
/// A block is lent to one borrower at a time and goes back to the pool when `body` ends.
enum Scratch {
  private static let pool = Pool()

  /// Lends `count` floats, 64-byte aligned, with unspecified contents.
  static func withFloats<Result>(
    _ count: Int, _ body: (UnsafeMutablePointer<Float>) throws -> Result
  ) rethrows -> Result {
    let block = pool.take(count)
    defer { pool.give(block) }
    return try body(block.base)
  }

  private struct Block: @unchecked Sendable {
    let base: UnsafeMutablePointer<Float>
    let count: Int
  }

  /// Blocks that nobody uses at the moment, at most one for every thread that ever worked at once.
  private final class Pool: @unchecked Sendable {
    private let lock = NSLock()
    private var free: [Block] = []

    func take(_ count: Int) -> Block {
      let found: Block? = lock.withLock {
        guard let index = free.lastIndex(where: { $0.count >= count }) else {
          return free.popLast()
        }
        return free.remove(at: index)
      }
      if let found, found.count >= count { return found }
      found?.base.deallocate()
      let bytes = max(count, 1) * MemoryLayout<Float>.stride
      let memory = UnsafeMutableRawPointer.allocate(byteCount: bytes, alignment: 64)
      return Block(base: memory.bindMemory(to: Float.self, capacity: max(count, 1)), count: count)
    }

    func give(_ block: Block) {
      let surplus: Block? = lock.withLock {
        free.append(block)
        return free.count > 64 ? free.removeFirst() : nil
      }
      surplus?.base.deallocate()
    }
  }
}
