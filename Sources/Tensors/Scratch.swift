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
    let block = pool.take(max(count, 1) * MemoryLayout<Float>.stride)
    defer { pool.give(block) }
    return try body(block.base.bindMemory(to: Float.self, capacity: max(count, 1)))
  }

  /// Blocks that nobody uses at the moment, at most one for every loan that ever ran at once.
  private final class Pool: @unchecked Sendable {
    private let lock = NSLock()
    private var free: [Memory.Block] = []

    func take(_ bytes: Int) -> Memory.Block {
      // The smallest that is large enough, or else the largest grows or makes room for a larger one.
      let found: Memory.Block? = lock.withLock {
        let sizes = free.indices.sorted { free[$0].bytes < free[$1].bytes }
        guard let index = sizes.first(where: { free[$0].bytes >= bytes }) ?? sizes.last else {
          return nil
        }
        return free.remove(at: index)
      }
      if let found, found.capacity >= bytes { return found.grown(to: bytes) }
      found?.free()
      return Memory.Block(fresh: bytes, grows: true)
    }

    func give(_ block: Memory.Block) {
      let surplus: Memory.Block? = lock.withLock {
        free.append(block)
        return free.count > 64 ? free.removeFirst() : nil
      }
      surplus?.free()
    }
  }
}
