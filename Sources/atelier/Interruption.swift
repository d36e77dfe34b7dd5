import Foundation
import Synchronization

/// Ctrl-C during long work: the first one ends it between two pieces, the second at once.
enum Interruption {
  private static let isRequested = Atomic<Bool>(false)

  /// Starts to watch for Ctrl-C.
  static func watch() {
    signal(SIGINT) { _ in
      if Interruption.isRequested.exchange(true, ordering: .relaxed) { _exit(1) }
    }
    // Programs that start this one from a thread of their own may leave the signal blocked.
    var signals = sigset_t()
    sigemptyset(&signals)
    sigaddset(&signals, SIGINT)
    pthread_sigmask(SIG_UNBLOCK, &signals, nil)
  }

  /// Ends the work if Ctrl-C was pressed.
  static func check() throws {
    if isRequested.load(ordering: .relaxed) {
      throw CommandError.failed("interrupted; what was finished is kept.")
    }
  }
}
