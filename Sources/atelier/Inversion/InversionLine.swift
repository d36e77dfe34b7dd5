import Editing
import Foundation

/// The line that tells of a running inversion, on a terminal only.
struct InversionLine {
  private let total: Int
  private let first: Int
  private let start = ContinuousClock.now
  private let isShown = isatty(STDERR_FILENO) == 1

  init(done: Int, total: Int) {
    (first, self.total) = (done, total)
    Interruption.watch()
  }

  /// Tells of a step; `index` counts from 0.
  func show(_ index: Int, _ what: String, distance: Float, loss: Float) {
    guard isShown else { return }
    let made = index + 1 - first
    let each = (ContinuousClock.now - start) / .seconds(1) / Double(max(made, 1))
    let text = String(
      format:
        "\r\u{1B}[Kstep %d of %d (%@), distance %.4f, loss %.4f, %.2f s each, about %.0f s left",
      index + 1, total, what, distance, loss, each, each * Double(max(total - index - 1, 0)))
    FileHandle.standardError.write(Data(text.utf8))
  }

  func finish() {
    if isShown { FileHandle.standardError.write(Data("\r\u{1B}[K".utf8)) }
  }
}
