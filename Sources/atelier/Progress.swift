import Foundation

/// A line on standard error that tells how far long work has come and how long it will take; on a
/// terminal only.
struct Progress {
  private let what: String
  private let total: Int
  private let start = ContinuousClock.now
  private let isShown: Bool
  private var done = 0

  /// Progress over `total` pieces of `what`, such as "pictures".
  init(_ what: String, total: Int) {
    self.what = what
    self.total = total
    isShown = total > 1 && isatty(STDERR_FILENO) == 1
    Interruption.watch()
    show()
  }

  /// One piece is done; throws if Ctrl-C was pressed.
  mutating func advance() throws {
    done += 1
    show()
    if done == total { finish() }
    try Interruption.check()
  }

  /// Clears the line.
  func finish() {
    if isShown { FileHandle.standardError.write(Data("\r\u{1B}[K".utf8)) }
  }

  private func show() {
    guard isShown else { return }
    var line = "\r\u{1B}[K\(done) of \(total) \(what)"
    if done > 0 {
      let elapsed = (ContinuousClock.now - start) / .seconds(1)
      let left = elapsed / Double(done) * Double(total - done)
      line += String(format: ", %.2f s each, about %.0f s left", elapsed / Double(done), left)
    }
    FileHandle.standardError.write(Data(line.utf8))
  }
}
