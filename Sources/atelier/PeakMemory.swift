import Foundation

/// The memory of this process.
enum PeakMemory {
  /// The most that it has had so far, in bytes.
  static var bytes: Int {
    var usage = rusage()
    getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
    return usage.ru_maxrss << 10
  }
}
