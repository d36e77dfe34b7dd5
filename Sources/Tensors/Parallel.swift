import Dispatch
import Foundation

/// The one place that makes threads.
///
/// Work is cut into parts whose borders depend on the work alone, never on the number of threads,
/// and no part adds into another part's results: the same bytes come out for any number.
public enum Parallel {
  private static let setting = Setting()

  /// How many threads work at once, at least 1; the number of cores unless set, or
  /// `ATELIER_THREADS`.
  public static var threads: Int {
    get { setting.threads }
    set { setting.threads = newValue }
  }

  /// Runs `body(0)` … `body(count - 1)`, each once, on up to ``threads`` threads.
  public static func forEach(_ count: Int, _ body: (Int) -> Void) {
    let workers = min(threads, count)
    guard workers > 1 else {
      for index in 0..<count { body(index) }
      return
    }
    let next = Counter()
    withoutActuallyEscaping(body) { body in
      // Sent to the workers only: every call has an index of its own, and all end before we do.
      nonisolated(unsafe) let body = body
      DispatchQueue.concurrentPerform(iterations: workers) { _ in
        while let index = next.take(below: count) { body(index) }
      }
    }
  }

  /// Runs `body` over consecutive ranges of at most `size` that cover `0..<count`.
  public static func forEachRange(of count: Int, size: Int, _ body: (Range<Int>) -> Void) {
    let parts = (count + size - 1) / size
    forEach(parts) { part in body(part * size..<min((part + 1) * size, count)) }
  }

  private final class Setting: @unchecked Sendable {
    private let lock = NSLock()
    private var value: Int

    init() {
      let wanted = ProcessInfo.processInfo.environment["ATELIER_THREADS"].flatMap { Int($0) }
      value = max(1, wanted ?? ProcessInfo.processInfo.activeProcessorCount)
    }

    var threads: Int {
      get { lock.withLock { value } }
      set { lock.withLock { value = max(1, newValue) } }
    }
  }

  private final class Counter: @unchecked Sendable {
    private let lock = NSLock()
    private var next = 0

    func take(below count: Int) -> Int? {
      lock.withLock {
        guard next < count else { return nil }
        next += 1
        return next - 1
      }
    }
  }
}
