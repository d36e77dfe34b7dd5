import CKernels
import Dispatch
import Foundation
import Synchronization

/// The one place that makes threads.
///
/// Work is cut into parts whose borders depend on the work alone, never on the number of threads,
/// and no part adds into another part's results: the same bytes come out for any number.
public enum Parallel {
  private static let setting = Setting()
  private static let crew = Crew()

  /// Whether work may be shared: not within a part that ``forEachWhole(_:_:)`` gave to one thread.
  @TaskLocal private static var isShared = true

  /// How many threads work at once, at least 1; the number of cores unless set, or
  /// `ATELIER_THREADS`.
  public static var threads: Int {
    get { setting.threads }
    set { setting.threads = newValue }
  }

  /// Runs `body(0)` … `body(count - 1)`, each once, on up to ``threads`` threads.
  public static func forEach(_ count: Int, _ body: (Int) -> Void) {
    let workers = min(threads, count)
    guard workers > 1, isShared else {
      for index in 0..<count { body(index) }
      return
    }
    withoutActuallyEscaping(body) { body in
      // Sent to the workers only: every call has an index of its own, and all end before we do.
      nonisolated(unsafe) let body = body
      if crew.run(count, helpers: workers - 1, body) { return }
      let next = Counter()
      DispatchQueue.concurrentPerform(iterations: workers) { _ in
        while let index = next.take(below: count) { body(index) }
      }
    }
  }

  /// As ``forEach(_:_:)`` for parts that one thread does as a whole: what they would share with others
  /// themselves is too small to be worth it.
  static func forEachWhole(_ count: Int, _ body: (Int) -> Void) {
    forEach(count) { index in $isShared.withValue(false) { body(index) } }
  }

  /// Runs two pieces of work, at the same time where there are two threads; throws the first's error,
  /// or else the second's.
  public static func both<First, Second>(
    _ first: () throws -> First, _ second: () throws -> Second
  ) throws -> (First, Second) {
    var one: Result<First, any Error>?
    var two: Result<Second, any Error>?
    forEach(2) { index in
      if index == 0 {
        one = Result { try first() }
      } else {
        two = Result { try second() }
      }
    }
    guard let one, let two else { preconditionFailure("work that did not run") }
    return (try one.get(), try two.get())
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

  private final class Counter: Sendable {
    private let next = Atomic<Int>(0)

    func take(below count: Int) -> Int? {
      let index = next.add(1, ordering: .relaxed).oldValue
      return index < count ? index : nil
    }
  }
}

/// Threads that stay ready for ``Parallel``: a picture asks for help a hundred times, and waking a
/// sleeping thread costs as much as one of its small layers.
///
/// After a piece of work a thread looks for the next one for a moment before it sleeps. One caller is
/// helped at a time; whoever comes meanwhile, a part of that work too, is told to help itself.
private final class Crew: @unchecked Sendable {
  private let isBusy = Atomic<Bool>(false)
  /// How many may still join the work (upper half), and how many are at it (lower half).
  private let places = Atomic<UInt64>(0)
  /// Grows with every piece of work.
  private let round = Atomic<Int>(0)
  private let next = Atomic<Int>(0)
  private let sleepers = Atomic<Int>(0)
  private let alarm = DispatchSemaphore(value: 0)

  // Written by the caller that made the crew busy, before it opens places.
  private var size = 0
  private var count = 0
  private var body: ((Int) -> Void)?

  /// Runs `body(0)` … `body(count - 1)` on this thread and up to `helpers` others; false, with
  /// nothing done, if the crew is at work already.
  func run(_ count: Int, helpers: Int, _ body: @escaping (Int) -> Void) -> Bool {
    guard
      isBusy.compareExchange(expected: false, desired: true, ordering: .acquiring).exchanged
    else { return false }
    defer { isBusy.store(false, ordering: .releasing) }
    while size < helpers {
      size += 1
      Thread { [self] in wait() }.start()
    }
    (self.count, self.body) = (count, body)
    next.store(0, ordering: .relaxed)
    places.store(UInt64(helpers) << 32, ordering: .releasing)
    round.add(1, ordering: .sequentiallyConsistent)
    for _ in 0..<min(sleepers.load(ordering: .sequentiallyConsistent), helpers) { alarm.signal() }
    work()
    // Nobody joins any more; those who have are waited for.
    places.bitwiseAnd(0xffff_ffff, ordering: .acquiringAndReleasing)
    var turns = 0
    while places.load(ordering: .acquiring) != 0 { Self.pause(&turns) }
    self.body = nil
    return true
  }

  private func work() {
    guard let body else { return }
    while true {
      let index = next.add(1, ordering: .relaxed).oldValue
      if index >= count { return }
      body(index)
    }
  }

  /// What a helper does for ever.
  private func wait() {
    var seen = 0
    while true {
      var turns = 0
      let until = DispatchTime.now().uptimeNanoseconds + 200_000
      while round.load(ordering: .acquiring) == seen, turns & 63 != 63 || Self.isBefore(until) {
        atelier_pause()
        turns += 1
      }
      if round.load(ordering: .acquiring) == seen {
        sleepers.add(1, ordering: .sequentiallyConsistent)
        if round.load(ordering: .sequentiallyConsistent) == seen { alarm.wait() }
        sleepers.subtract(1, ordering: .sequentiallyConsistent)
      }
      seen = round.load(ordering: .acquiring)
      if join() {
        work()
        places.subtract(1, ordering: .releasing)
      }
    }
  }

  private func join() -> Bool {
    var found = places.load(ordering: .relaxed)
    while found >> 32 > 0 {
      let (exchanged, original) = places.weakCompareExchange(
        expected: found, desired: found - (1 << 32) + 1, ordering: .acquiring)
      if exchanged { return true }
      found = original
    }
    return false
  }

  private static func isBefore(_ time: UInt64) -> Bool {
    DispatchTime.now().uptimeNanoseconds < time
  }

  /// A short wait for somebody who is at work; longer ones let other threads run.
  private static func pause(_ turns: inout Int) {
    turns += 1
    if turns % 1024 == 0 { sched_yield() } else { atelier_pause() }
  }
}
